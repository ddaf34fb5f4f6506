using Strava.Contracts.Geo;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Tests;

public sealed class TrackStatisticsTests
{
    private const int North10MetersE6 = 90;
    private static readonly long LegMillimeters =
        Haversine.DistanceMillimeters(new GeoPoint(46_000_000, 14_000_000), new GeoPoint(46_000_000 + North10MetersE6, 14_000_000));

    [TestCaseSource(nameof(SplitVectors))]
    public void Splits_are_interpolated_at_the_kilometre(SplitVector vector)
    {
        TrackPoint[] points = [.. vector.Points.Select(point => new TrackPoint(point[0], (int)point[1], (int)point[2]))];
        var figures = Figures(points, points[^1].AtMs!.Value);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.DistanceMillimeters, Is.EqualTo(vector.DistanceMillimeters));
            Assert.That(figures.Splits, Is.EqualTo(
                vector.Splits.Select(split => new Split(split.Index, split.DistanceMillimeters, split.ActiveMs, null))));
        }
    }

    [Test]
    public void No_leg_crosses_a_pause()
    {
        var log = StateLog.Empty.AppendRange([
            new(Transition.Started, 0), new(Transition.Paused, 11_000), new(Transition.Resumed, 60_000), new(Transition.Stopped, 70_000)]);
        TrackPoint[] points = [At(0, 0), At(10, 1), At(30, 2), At(60, 3), At(70, 4)];
        var figures = Compute(points, log);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.DistanceMillimeters, Is.EqualTo(2 * LegMillimeters), "of 0-10 s and 60-70 s");
            Assert.That((figures.TotalMs, figures.ActiveMs, figures.MovingMs), Is.EqualTo((70_000, 21_000, 21_000)));
            Assert.That(figures.PointCount, Is.EqualTo(5), "the point in the pause is kept");
        }
    }

    [TestCase(Sport.Ride, 89, 0)]
    [TestCase(Sport.Ride, 1_000, 1)]
    [TestCase(Sport.Run, 89, 0)]
    [TestCase(Sport.Run, 150, 1)]
    public void A_leg_that_nobody_can_make_counts_nothing_and_is_marked(Sport sport, int stepE6, int suspectLegs)
    {
        TrackPoint[] points = [new(0, 0, 1), new(1_000, stepE6, 1), new(2_000, stepE6 + 50, 1)];
        var figures = Compute(points, Open, sport);
        var counted = suspectLegs == 1 ? 0 : Haversine.DistanceMillimeters(points[0].Position, points[1].Position);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.SuspectLegs, Is.EqualTo(suspectLegs));
            Assert.That(figures.DistanceMillimeters, Is.EqualTo(
                counted + Haversine.DistanceMillimeters(points[1].Position, points[2].Position)), "the next leg begins at the new point");
        }
    }

    [Test]
    public void Two_places_at_one_time_and_a_step_back_in_time_are_marked()
    {
        TrackPoint[] points = [At(0, 0), At(10, 1), At(10, 2), At(5, 3), At(15, 4)];
        var statistics = new TrackStatistics(Sport.Run);
        foreach (var point in points)
        {
            statistics.Add(point, 0);
        }

        var figures = statistics.Figures(Open, 15_000);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.SuspectLegs, Is.EqualTo(2));
            Assert.That(figures.DistanceMillimeters, Is.EqualTo(2 * LegMillimeters));
            Assert.That(figures.Splits.Single().ActiveMs, Is.EqualTo(15_000), "no second is counted twice");
        }
    }

    [Test]
    public void A_point_of_bad_accuracy_counts_nothing_and_the_next_leg_begins_at_the_last_good_one()
    {
        TrackPoint[] points = [
            At(0, 0),
            At(10, 7) with { AccuracyCm = 5_001, ElevationCm = 90_000 },
            At(20, 2) with { AccuracyCm = 5_000 }];
        var figures = Compute(points, Open);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.SuspectPoints, Is.EqualTo(1));
            Assert.That(figures.PointCount, Is.EqualTo(3));
            Assert.That(figures.DistanceMillimeters, Is.EqualTo(2 * LegMillimeters).Within(1));
        }
    }

    [Test]
    public void A_point_on_null_island_counts_nothing_and_the_next_leg_begins_at_the_last_good_one()
    {
        TrackPoint[] points = [At(0, 0), new(10_000, 0, 0, 90_000), new(11_000, 0, 0), At(20, 2)];
        var figures = Compute(points, Open);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures, Has.Property("SuspectPoints").EqualTo(2).And.Property("SuspectLegs").Zero);
            Assert.That(figures.PointCount, Is.EqualTo(4), "kept");
            Assert.That(figures.DistanceMillimeters, Is.EqualTo(2 * LegMillimeters).Within(1));
            Assert.That(figures.ElevationSource, Is.Null, "nor does its height");
            Assert.That(Compute([At(0, 0), new(10_000, 0, 1)], Open).SuspectPoints, Is.Zero, "there only");
        }
    }

    // 30 s of running, 60 s at a red light with the receiver's jitter, 30 s of running; at 1 s.
    [Test]
    public void Standing_still_is_no_moving_time()
    {
        var points = new List<TrackPoint>();
        var latitude = 46_000_000;
        for (var second = 0; second <= 120; second++)
        {
            latitude += second is > 30 and <= 90 ? (second % 2 == 0 ? 2 : -2) : 27;
            points.Add(new TrackPoint(second * 1_000, latitude, 14_000_000));
        }

        var figures = Figures([.. points], 120_000);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.ActiveMs, Is.EqualTo(120_000));
            Assert.That(figures.MovingMs, Is.EqualTo(60_000));
        }
    }

    [Test]
    public void A_window_that_a_pause_cuts_short_is_decided_there()
    {
        var log = StateLog.Empty.AppendRange([
            new(Transition.Started, 0), new(Transition.Paused, 2_000), new(Transition.Resumed, 10_000), new(Transition.Stopped, 20_000)]);
        TrackPoint[] points = [At(0, 0), At(2, 0), At(10, 0), At(15, 1), At(20, 2)];
        Assert.That(Compute(points, log).MovingMs, Is.EqualTo(10_000), "2 s of standing, 10 s of 2 m/s");
    }

    [Test]
    public void Points_without_time_count_distance_and_no_time()
    {
        var log = StateLog.Empty.AppendRange([new(Transition.Started, 0), new(Transition.Stopped, 0)]);
        TrackPoint[] points = [new(null, 46_000_000, 14_000_000), new(null, 46_900_000, 14_000_000)];
        var figures = TrackStatistics.Compute(Sport.Run, log, TrackOrder.Merge([new TrackChunk(0, points)], log), 0);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.DistanceMillimeters, Is.EqualTo(100_075_572), "no speed filter");
            Assert.That((figures.TotalMs, figures.ActiveMs, figures.MovingMs), Is.EqualTo((0, 0, 0)));
            Assert.That(figures.Splits, Has.Count.EqualTo(101));
        }
    }

    [Test]
    public void Splits_cannot_fill_memory()
    {
        var statistics = new TrackStatistics(Sport.Ride);
        for (var index = 0; index < 1_000; index++)
        {
            statistics.Add(new TrackPoint(null, 1, index % 2 == 0 ? 0 : 180_000_000), 0);
        }

        var splits = statistics.Figures(StateLog.Empty, 0).Splits;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(splits, Has.Count.EqualTo(5_000));
            Assert.That(splits.Sum(split => split.DistanceMillimeters), Is.EqualTo(statistics.DistanceMillimeters));
        }
    }

    // The climb by hand: medians 0 0 1000 2000 3000 ..., means 0 0 500 1250 2125 2563 2781 2891: the rest stays below 2
    // m.
    [TestCase(new[] { 100, 100, 100, 100 }, 0, 0, Description = "level")]
    [TestCase(new[] { 100, 900, 100, 100, 100 }, 0, 0, Description = "one spike is taken out by the median")]
    [TestCase(new[] { 100, 250, 100, 250, 100, 250, 100, 250 }, 0, 0, Description = "noise below 2 m")]
    [TestCase(new[] { 0, 1_000, 2_000, 3_000, 3_000, 3_000, 3_000, 3_000, 3_000, 3_000 }, 2_781, 0, Description = "a climb")]
    [TestCase(new[] { 3_000, 2_000, 1_000, 0, 0, 0, 0, 0, 0, 0 }, 0, 2_781, Description = "a descent")]
    public void Climb_and_descent_are_smoothed(int[] heightsCm, int gainCm, int lossCm)
    {
        TrackPoint[] points = [.. heightsCm.Select((heightCm, index) => At(index * 10, index) with { ElevationCm = heightCm })];
        var figures = Compute(points, Open);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.ElevationGainCm, Is.EqualTo(gainCm));
            Assert.That(figures.ElevationLossCm, Is.EqualTo(lossCm));
        }
    }

    [Test]
    public void Nothing_is_climbed_in_a_pause()
    {
        var log = StateLog.Empty.AppendRange([
            new(Transition.Started, 0), new(Transition.Paused, 50_000), new(Transition.Resumed, 60_000)]);
        TrackPoint[] points = [.. Enumerable.Range(0, 12).Select(index =>
            At(index * 10, index) with { ElevationCm = index < 6 ? 30_000 : 90_000 })];
        Assert.That(Compute(points, log).ElevationGainCm, Is.Zero);
    }

    [Test]
    public void While_open_the_figures_are_as_of_now_or_of_the_last_point()
    {
        TrackPoint[] points = [At(0, 0), At(10, 1)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Compute(points, Open, nowMs: 30_000).ActiveMs, Is.EqualTo(30_000));
            Assert.That(Compute(points, Open, nowMs: 2_000).ActiveMs, Is.EqualTo(10_000), "the device's clock is ahead");
        }
    }

    [Test]
    public void A_state_of_another_format_is_not_taken_up()
    {
        var state = new TrackStatistics(Sport.Run).Snapshot() with { Format = 99 };
        Assert.That(() => TrackStatistics.Restore(state), Throws.ArgumentException);
    }

    [Test]
    public void A_day_at_one_second_costs_no_memory_a_point()
    {
        var statistics = new TrackStatistics(Sport.Ride);
        statistics.Add(At(0, 0), 0);
        statistics.Add(At(1, 0), 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var second = 2; second < 86_400; second++)
        {
            statistics.Add(new TrackPoint(second * 1_000L, 46_000_000 + (second * 70), 14_000_000, 30_000 + (second % 700)), 0);
        }

        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(bytes, Is.LessThan(200_000), "672 km of splits and nothing else");
    }

    private static StateLog Open { get; } = StateLog.Empty.Append(new(Transition.Started, 0));

    private static TrackPoint At(int second, int step) => new(second * 1_000L, 46_000_000 + (step * North10MetersE6), 14_000_000);

    private static TrackFigures Figures(TrackPoint[] points, long stoppedMs) => Compute(
        points,
        StateLog.Empty.AppendRange([new(Transition.Started, points[0].AtMs!.Value), new(Transition.Stopped, stoppedMs)]),
        Sport.Ride);

    private static TrackFigures Compute(TrackPoint[] points, StateLog log, Sport sport = Sport.Run, long nowMs = 0) =>
        TrackStatistics.Compute(sport, log, TrackOrder.Merge([new TrackChunk(0, points)], log), nowMs);

    private static IEnumerable<TestCaseData> SplitVectors() =>
        Vectors.Cases<SplitVector>("splits.json", vector => vector.Name);

    // A point is [time ms, latitude, longitude].
    public sealed record SplitVector(string Name, long[][] Points, long DistanceMillimeters, SplitRow[] Splits);

    public sealed record SplitRow(int Index, long DistanceMillimeters, long ActiveMs);
}
