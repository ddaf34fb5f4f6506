using Strava.Contracts.Geo;
using Strava.Contracts.Tracks;

namespace Strava.Testing.Simulation;

/// <summary>A segment of the simulation; <paramref name="Crossings"/> is empty where no street runs.</summary>
internal sealed record TruthSegment(
    int Number, int[] Crossings, double FromMeters, double BeforeEndMeters, GeoPoint[] Places);

/// <summary>When an effort began and ended.</summary>
internal readonly record struct TruthEffort(int Segment, long FromMs, long ToMs);

/// <summary>
/// One recording of a course through a town, segments around it, and what its efforts are. Truth is by streets: an
/// effort is where the course goes each street of the segment in its order. Segments are pieces of the course, some
/// of them reversed, longer than what was gone, led around a block where the course went on, or 30 m beside it.
/// </summary>
internal sealed class TruthCase
{
    private const int Streets = 50;
    private const double AsideMeters = 30;

    public TruthCase(Metropolis town, Random random, double noiseMeters, bool isRide, int segments)
    {
        IsRide = isRide;
        var course = Course = new Course(town, town.Wander(random, Streets));
        Segments = [.. Enumerable.Range(1, segments).Select(number => Segment(town, course, random, number))];
        var (slowest, fastest) = isRide ? (4, 60 / 3.6) : (2, 5);
        var pace = new Pace(random, slowest, fastest, course.Way.Meters);
        Receiver = new Receiver(
            noiseMeters,
            DriftSeconds: random.Next(2) * random.Next(10, 60),
            SamplingMs: 1_000 * random.Next(1, 6),
            DropoutShare: random.Next(3) == 0 ? 0.002 : 0);
        Points = Receiver.Record(town.Plane, course.Way, pace.MetersAt, random);
        Efforts = [.. Segments.SelectMany(segment => OneAfterTheOther(course.Follows(segment.Crossings)
            .Select(part => new TruthEffort(
                segment.Number,
                Receiver.StartMs + pace.MsAt(part.FromMeters + segment.FromMeters),
                Receiver.StartMs + pace.MsAt(part.ToMeters - segment.BeforeEndMeters)))))];
    }

    public Course Course { get; }

    public bool IsRide { get; }

    public Receiver Receiver { get; }

    public IReadOnlyList<TruthSegment> Segments { get; }

    public TrackPoint[] Points { get; }

    public IReadOnlyList<TruthEffort> Efforts { get; }

    public static TruthSegment Segment(
        Metropolis town, int[] crossings, Random random, int number, double asideMeters = 0)
    {
        var way = new Course(town, crossings).Way;
        // At a crossing, or at least 60 m from one: nobody could say whether who turns there was on it.
        var from = random.Next(2) * random.Next(60, 100);
        var beforeEnd = random.Next(2) * random.Next(60, 100);
        way = way.Slice(from, way.Meters - beforeEnd).Aside(asideMeters);
        // Half of them drawn, half of them recorded.
        var noiseMeters = asideMeters == 0 && random.Next(2) == 0 ? 3 : 0;
        var receiver = new Receiver(noiseMeters, DriftSeconds: 20, SamplingMs: 2_000);
        var points = receiver.Record(town.Plane, way, 5, random);
        return new TruthSegment(
            number, asideMeters == 0 ? crossings : [], from, beforeEnd, [.. points.Select(point => point.Position)]);
    }

    private static TruthSegment Segment(Metropolis town, Course course, Random random, int number)
    {
        var length = random.Next(3, 16);
        var first = random.Next(course.Crossings.Count - length);
        int[] piece = [.. course.Crossings.Skip(first).Take(length + 1)];
        return random.Next(8) switch
        {
            0 => Segment(town, [.. piece.Reverse()], random, number),
            1 => Segment(town, [.. piece[..^1], .. town.Wander(random, 2, piece[^1])], random, number),
            2 => Segment(town, Detour(town, piece), random, number),
            3 => Segment(town, piece, random, number, AsideMeters),
            _ => Segment(town, piece, random, number),
        };
    }

    // Who goes one and a half times around, twice, has done it twice, not three times.
    private static IEnumerable<TruthEffort> OneAfterTheOther(IEnumerable<TruthEffort> efforts)
    {
        var lastMs = 0L;
        foreach (var effort in efforts)
        {
            if (effort.FromMs >= lastMs - ((effort.ToMs - effort.FromMs) / 20))
            {
                lastMs = effort.ToMs;
                yield return effort;
            }
        }
    }

    // Around the block on one side of a street in the middle.
    private static int[] Detour(Metropolis town, int[] crossings)
    {
        var middle = crossings.Length / 2;
        var (from, to) = (crossings[middle - 1], crossings[middle]);
        var isEastward = Math.Abs(to - from) == 1;
        var isInside = isEastward
            ? Math.Max(from, to) + town.Blocks < town.Blocks * town.Blocks
            : (from % town.Blocks) + 1 < town.Blocks;
        var aside = (isEastward ? town.Blocks : 1) * (isInside ? 1 : -1);
        return [.. crossings[..middle], from + aside, to + aside, .. crossings[middle..]];
    }
}
