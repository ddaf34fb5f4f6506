using System.Diagnostics;
using Strava.Contracts.Geo;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;
using Strava.LocalLegends.Matching;
using Strava.Testing.Simulation;

namespace Strava.Bench.Legends;

/// <summary>
/// One-hour activities of 3,600 points against 100,000 segments of one town, all of the activities' sport.
/// </summary>
internal static class MatchBench
{
    private const int SegmentCount = 100_000;
    private const int Points = 3_600;
    private const int Activities = 100;
    private const int WarmUpRounds = 10;
    private const int Rounds = 10;
    private const int Blocks = 180;
    private const double CenterBlocks = 25;

    // People go where others go: segments are pieces of these, activities their first hour.
    private const int Courses = 400;
    private const int StreetsOfCourse = 400;

    public static Task RunAsync()
    {
        var town = new Metropolis(seed: 5, Blocks);
        var random = new Random(5);
        Course[] courses = [.. Enumerable.Range(0, Courses).Select(_ => new Course(town, Wander(town, random)))];
        var places = Enumerable.Range(0, SegmentCount).Select(number =>
        {
            var course = courses[number % Courses].Crossings;
            var streets = random.Next(3, 21);
            var piece = course.Skip(random.Next(course.Count - streets)).Take(streets + 1);
            return TruthCase.Segment(town, [.. piece], random, number).Places;
        }).ToArray();
        var index = Build(places);
        TrackPoint[][] tracks = [.. Enumerable.Range(0, Activities)
            .Select(number => Track(town, courses[number], random, isRun: number % 2 == 0))];
        Compare(index, tracks, places);
        Change(index, places);
        return Task.CompletedTask;
    }

    private static SegmentIndex Build(GeoPoint[][] places)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        SegmentLine[] lines = [.. places.Select((place, number) => SegmentLine.Of(number, Sport.Ride, place))];
        var linesMs = watch.ElapsedMilliseconds;
        watch.Restart();
        var index = SegmentIndex.Empty.With(lines, []);
        var indexMs = watch.ElapsedMilliseconds;
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Figures.Note($"{SegmentCount} segments of {lines.Average(line => line.LengthMeters):0} m "
            + $"with {places.Average(place => place.Length):0} points, "
            + $"{lines.Average(line => line.Points.Length):0} bends");
        Figures.Print("legends.index.bytes_per_segment", (double)bytes / SegmentCount, "bytes");
        Figures.Print("legends.index.lines_ms", linesMs, "ms");
        Figures.Print("legends.index.build_ms", indexMs, "ms");
        GC.KeepAlive(lines);
        return index;
    }

    private static void Compare(SegmentIndex index, TrackPoint[][] tracks, GeoPoint[][] places)
    {
        var naive = new NaiveMatcher(places);
        var candidates = tracks.Select(track => (Found: naive.Match(track), naive.LastCandidates)).ToArray();
        var found = tracks.Average(track => SegmentMatcher.Match(index, Sport.Ride, track).Count);
        // A node's first seconds, before its code is compiled for good, are not what is asked for.
        _ = Milliseconds(WarmUpRounds, tracks, track => SegmentMatcher.Match(index, Sport.Ride, track).Count);
        var cpuBefore = Environment.CpuUsage.TotalTime;
        var ours = Milliseconds(Rounds, tracks, track => SegmentMatcher.Match(index, Sport.Ride, track).Count);
        var cpu = (Environment.CpuUsage.TotalTime - cpuBefore) / (Rounds * tracks.Length);
        byte[][] encoded = [.. tracks.Select(track => PointCodec.Encode(track))];
        var decoding = Milliseconds(Rounds, encoded, bytes => PointCodec.Decode(bytes).Length);
        Figures.Note($"{Activities} activities of {Points} points, matched {Rounds} times; {found:0} efforts each");
        int[] inBox = [.. candidates.Select(each => each.LastCandidates).Order()];
        Figures.Note($"segments wholly in an activity's bounding box: {inBox[0]} to {inBox[^1]}, median {inBox[^50]}; "
            + $"{inBox.Count(count => count >= 300)} activities have 300 or more");
        Figures.Print("legends.match_cpu_ms", cpu.TotalMilliseconds, "ms");
        Figures.Print("legends.match_median_ms", Figures.Percentile(ours, 0.5), "ms");
        Figures.Print("legends.match_p99_ms", Figures.Percentile(ours, 0.99), "ms");
        Figures.Print("legends.match_decode_p99_ms", Figures.Percentile(decoding, 0.99), "ms");

        var naiveMs = Milliseconds(1, tracks, naive.Match);
        var oursMs = Milliseconds(1, tracks, track => SegmentMatcher.Match(index, Sport.Ride, track).Count);
        Figures.Note($"the naive matcher: {naiveMs.Average():0} ms each, "
            + $"{candidates.Average(each => each.Found):0} efforts");
        Figures.Print("legends.match_vs_naive", naiveMs.Sum() / oursMs.Sum(), "times as fast");
    }

    private static void Change(SegmentIndex index, GeoPoint[][] places)
    {
        SegmentLine[] added = [.. places.Take(1_000).Select((place, number) =>
            SegmentLine.Of(SegmentCount + number, Sport.Ride, place))];
        var watch = Stopwatch.StartNew();
        foreach (var line in added)
        {
            index = index.With([line], []);
        }

        Figures.Print("legends.index.with_one_us", watch.Elapsed.TotalMicroseconds / added.Length, "us");
    }

    private static List<double> Milliseconds<T>(int rounds, T[] inputs, Func<T, int> work)
    {
        var times = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var input in inputs)
            {
                var begin = Stopwatch.GetTimestamp();
                _ = work(input);
                times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }
        }

        times.Sort();
        return times;
    }

    // A run of 11 km or a ride of 28 km, recorded at 1 Hz with 5 m of noise that lasts 20 s.
    private static TrackPoint[] Track(Metropolis town, Course course, Random random, bool isRun)
    {
        var way = course.Way;
        var pace = isRun ? new Pace(random, 2, 5, way.Meters) : new Pace(random, 4, 12, way.Meters);
        return new Receiver(NoiseMeters: 5, DriftSeconds: 20).Record(town.Plane, way, pace.MetersAt, random)[..Points];
    }

    // Segments and activities lie thicker towards the centre.
    private static int[] Wander(Metropolis town, Random random)
    {
        var spot = CenterBlocks * Receiver.Gauss(random);
        var (column, row) = (Block(spot.East), Block(spot.North));
        return town.Wander(random, StreetsOfCourse, (row * Blocks) + column);
    }

    private static int Block(double fromCenter) => Math.Clamp((Blocks / 2) + (int)fromCenter, 0, Blocks - 1);
}
