using Strava.Contracts.Geo;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Tests;

public sealed class TrackAnalyticsTests
{
    // The expected figures come from a program that tries every window in exact fractions.
    [TestCaseSource(nameof(AnalyticsVectors))]
    public void Best_efforts_and_miles_are_those_worked_out_the_slow_way(AnalyticsVector vector)
    {
        var analytics = vector.Analyze();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(analytics.BestEfforts, Is.EqualTo(vector.BestEfforts));
            Assert.That(
                analytics.SplitsMiles.Select(mile => (mile.Split.Index, mile.Split.DistanceMillimeters)),
                Is.EqualTo(vector.SplitsMiles.Select(mile => (mile.Index, mile.DistanceMillimeters))));
            Assert.That(
                analytics.SplitsMiles.Select(mile => (double)mile.Split.ActiveMs),
                Is.EqualTo(vector.SplitsMiles.Select(mile => mile.ActiveMs)).Within(2));
        }
    }

    [TestCase(Sport.Run, new[] { 400_000, 1_000_000, 1_609_344, 5_000_000, 10_000_000, 21_097_500, 42_195_000 })]
    [TestCase(Sport.Ride, new[] { 5_000_000, 10_000_000, 20_000_000, 40_000_000 })]
    public void Each_sport_has_its_distances_shortest_first(Sport sport, int[] millimeters) =>
        Assert.That(
            SportRules.Of(sport).EffortDistances.Select(distance => distance.Millimeters), Is.EqualTo(millimeters));

    [Test]
    public void Only_the_track_that_reaches_a_distance_has_its_effort()
    {
        // 44,966 millionths of a degree are 5,000.0 m.
        var reachedE6 = 44_900;
        while (Haversine.DistanceMillimeters(new GeoPoint(0, 1), new GeoPoint(0, reachedE6)) < 5_000_000)
        {
            reachedE6++;
        }

        var reached = Analyze(Sport.Ride, [new(0, 0, 1), new(1_000_000, 0, reachedE6)]);
        var missed = Analyze(Sport.Ride, [new(0, 0, 1), new(1_000_000, 0, reachedE6 - 1)]);
        Assert.That(reached.BestEfforts.Select(effort => effort.Name), Is.EqualTo(["5 km"]));
        Assert.That(missed.BestEfforts, Is.Empty);
    }

    [Test]
    public void A_track_without_times_has_no_efforts_and_no_top_speed()
    {
        var analytics = Analyze(
            Sport.Run, [.. Enumerable.Range(0, 100).Select(i => new TrackPoint(null, i * 900, 0, 10_000))]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(analytics.BestEfforts, Is.Empty);
            Assert.That(analytics.MaxSpeedMillimetersPerSecond, Is.Zero);
            Assert.That(analytics.Splits, Has.Count.EqualTo(10));
            Assert.That(analytics.SplitsMiles, Has.Count.EqualTo(7));
        }
    }

    [Test]
    public void Nothing_comes_of_nothing()
    {
        var analytics = Analyze(Sport.Run, []);
        Assert.That(analytics.Splits.Count + analytics.SplitsMiles.Count + analytics.BestEfforts.Count, Is.Zero);
        Assert.That(analytics.ElevationSource, Is.Null);
    }

    // 1 Hz at 2.995 m/s, with one wild point 10 m to the side: two legs of 10 m/s, which a run's bound lets through.
    [Test]
    public void A_wild_point_is_no_top_speed()
    {
        var points = Enumerable.Range(0, 60).Select(i => new TrackPoint(i * 1_000, 27 * i, 0)).ToArray();
        points[30] = points[30] with { LongitudeE6 = 90 };
        Assert.That(Analyze(Sport.Run, points).MaxSpeedMillimetersPerSecond, Is.EqualTo(3_002).Within(1));
    }

    // The legs of 0.80 and 0.72 m/s of an OpenTracks test file, which asserts 0.75 m/s within 0.01.
    [Test]
    public void A_short_row_of_legs_is_taken_whole()
    {
        TrackPoint[] points = [
            new(0, 30_141_860, -40_386_304),
            new(48_000, 30_141_847, -40_386_701),
            new(101_000, 30_141_860, -40_386_304)];
        Assert.That(Analyze(Sport.Run, points).MaxSpeedMillimetersPerSecond, Is.EqualTo(750).Within(10));
    }

    [Test]
    public void A_split_knows_its_moving_time_and_its_rise()
    {
        // 2 km at 10 m a point; 5 m up a point for 1 km, then down; 60 s of standing after 1.2 km.
        var points = Enumerable.Range(0, 206).Select(i => new TrackPoint(
            (4_000L * i) + (i > 120 ? 60_000 : 0), 46_000_000 + (90 * i), 14_000_000, 100 * (i < 100 ? i : 200 - i)));
        TrackPoint[] stop = [.. Enumerable.Range(1, 14).Select(i =>
            new TrackPoint((4_000L * 120) + (i * 4_000), 46_000_000 + (90 * 120), 14_000_000, 8_000))];
        TrackPoint[] all = [.. points.Concat(stop).OrderBy(point => point.AtMs)];
        var splits = Analyze(Sport.Run, all).Splits;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(splits, Has.Count.EqualTo(3));
            Assert.That(splits[0].MovingMs, Is.EqualTo(splits[0].Split.ActiveMs));
            Assert.That(splits[1].Split.ActiveMs - splits[1].MovingMs, Is.EqualTo(56_000).Within(4_000));
            Assert.That(splits[0].ElevationChangeCm, Is.EqualTo(9_950).Within(150));
            Assert.That(splits[1].ElevationChangeCm, Is.EqualTo(-9_950).Within(150));
        }
    }

    // 5 % up over 500 m, then level; heights of a barometer in whole dm, then of a receiver.
    [TestCase(0)]
    [TestCase(80)]
    public void The_grade_is_that_of_the_way(int noiseCm)
    {
        var random = new Random(3);
        TrackPoint[] points = [.. Enumerable.Range(0, 300).Select(i => new TrackPoint(
            1_000L * i,
            46_000_000 + (45 * i),
            14_000_000,
            (Math.Min(i, 100) * 25) + random.Next(-noiseCm, noiseCm + 1)))];
        var log = StateLog.Empty.Append(new(Transition.Started, 0));
        var streams = ActivityStreams.From(Sport.Run, 0, TrackOrder.Merge([new TrackChunk(1, points)], log));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(streams.Grade, Has.Count.EqualTo(300));
            Assert.That(streams.Grade!.Skip(20).Take(60), Is.All.EqualTo(5).Within(noiseCm == 0 ? 0.1 : 1.5));
            Assert.That(streams.Grade!.Skip(125).Take(150), Is.All.EqualTo(0).Within(noiseCm == 0 ? 0.1 : 1.5));
        }
    }

    [Test]
    public void A_jump_is_no_slope()
    {
        TrackPoint[] points = [.. Enumerable.Range(0, 60).Select(i => new TrackPoint(
            1_000L * i, (i < 30 ? 46_000_000 : 47_000_000) + (27 * i), 14_000_000, i < 30 ? 10_000 : 90_000))];
        var log = StateLog.Empty.Append(new(Transition.Started, 0));
        var streams = ActivityStreams.From(Sport.Run, 0, TrackOrder.Merge([new TrackChunk(1, points)], log));
        Assert.That(streams.Grade, Is.All.EqualTo(0));
    }

    [TestCase(new[] { 5_000, 4_000, 3_000 }, 5_000, Description = "the device's own highest, without a median")]
    [TestCase(new[] { 5_000, 4_000, 12_501 }, 5_000, Description = "no runner is so fast")]
    [TestCase(new[] { 5_000, -1, 3_000 }, 5_000, Description = "most points have it")]
    [TestCase(new[] { 5_000, -1, -1 }, 1_112, Description = "one in three has it: by the legs")]
    [TestCase(new[] { 12_501, 12_502, 12_503 }, 1_112, Description = "a channel of faults: by the legs")]
    public void Top_speed_is_the_devices_own_where_it_has_one(int[] speeds, long expected)
    {
        TrackPoint[] points = [.. speeds.Select((speed, i) => new TrackPoint(i * 10_000, 46_000_000 + (i * 100), 14_000_000)
        {
            SpeedMillimetersPerSecond = speed < 0 ? null : speed,
        })];
        Assert.That(Analyze(Sport.Run, points).MaxSpeedMillimetersPerSecond, Is.EqualTo(expected));
    }

    [Test]
    public void A_speed_in_a_pause_or_of_a_point_that_counts_nothing_does_not_count()
    {
        var log = StateLog.Empty.AppendRange([
            new(Transition.Started, 0), new(Transition.Paused, 10_000), new(Transition.Resumed, 30_000), new(Transition.Stopped, 50_000)]);
        TrackPoint[] points = [
            new(0, 46_000_000, 14_000_000) { SpeedMillimetersPerSecond = 2_000 },
            new(20_000, 46_000_000, 14_000_000) { SpeedMillimetersPerSecond = 9_000 },
            new(40_000, 46_000_000, 14_000_000, AccuracyCm: 9_000) { SpeedMillimetersPerSecond = 8_000 },
            new(50_000, 46_000_000, 14_000_000) { SpeedMillimetersPerSecond = 1_000 }];
        var analytics = TrackAnalytics.Of(Sport.Run, log, TrackOrder.Merge([new TrackChunk(1, points)], log));
        Assert.That(analytics.MaxSpeedMillimetersPerSecond, Is.EqualTo(2_000));
    }

    private static TrackAnalytics Analyze(Sport sport, TrackPoint[] points)
    {
        var log = StateLog.Empty.Append(new(Transition.Started, 0));
        return TrackAnalytics.Of(sport, log, TrackOrder.Merge([new TrackChunk(1, points)], log));
    }

    private static IEnumerable<TestCaseData> AnalyticsVectors() =>
        Vectors.Cases<AnalyticsVector>("analytics.json", vector => vector.Name);

    // A log line is [word, time ms], a point [time ms, latitude, longitude].
    public sealed record AnalyticsVector(
        string Name,
        Sport Sport,
        System.Text.Json.JsonElement[][] Log,
        long[][] Points,
        BestEffort[] BestEfforts,
        MileRow[] SplitsMiles)
    {
        internal TrackAnalytics Analyze()
        {
            var log = StateLog.Empty.AppendRange(Log.Select(line =>
                new StateChange(Enum.Parse<Transition>(line[0].GetString()!, ignoreCase: true), line[1].GetInt64())));
            TrackPoint[] points = [.. Points.Select(point => new TrackPoint(point[0], (int)point[1], (int)point[2]))];
            return TrackAnalytics.Of(Sport, log, TrackOrder.Merge([new TrackChunk(1, points)], log));
        }
    }

    public sealed record MileRow(int Index, long DistanceMillimeters, double ActiveMs);
}
