using FsCheck.Fluent;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Tests;

public sealed class TrackAnalyticsProperties
{
    [Test]
    public void What_is_analyzed_is_what_was_summed_point_by_point() =>
        Properties.Check(Prop.ForAll(Any.Ride.ToArbitrary(), ride =>
        {
            var ordered = Ordered(ride);
            var figures = TrackStatistics.Compute(Sport.Ride, ride.Log, ordered, 0);
            var analytics = TrackAnalytics.Of(Sport.Ride, ride.Log, ordered);
            return analytics.Splits.Select(split => split.Split).SequenceEqual(figures.Splits)
                && analytics.ElevationSource == figures.ElevationSource
                && analytics.SplitsMiles.Sum(mile => mile.Split.DistanceMillimeters) == figures.DistanceMillimeters
                && IsMovingWithin(analytics.Splits, figures) && IsMovingWithin(analytics.SplitsMiles, figures)
                && analytics.BestEfforts.SequenceEqual(TrackAnalytics.EffortsOf(
                    Sport.Ride, ride.Log, ordered, SportRules.Of(Sport.Ride).EffortDistances));
        }), runs: 1_000);

    [Test]
    public void A_longer_distance_never_takes_less_time() =>
        Properties.Check(Prop.ForAll(Any.Ride.ToArbitrary(), ride =>
        {
            var efforts = Find(ride, 100, 137, 400, 1_000, 1_001, 5_000);
            return efforts.Zip(efforts.Skip(1)).All(pair => pair.First.ElapsedMs <= pair.Second.ElapsedMs);
        }), runs: 1_000);

    [Test]
    public void No_piece_of_the_track_is_faster_than_the_best_effort() =>
        Properties.Check(Prop.ForAll(Any.Ride.Zip(Gen.Choose(1, 3_000)).ToArbitrary(), given =>
        {
            // Every pair of points that are at least so far apart, with no bad leg between them.
            var (ride, meters) = given;
            var ordered = Ordered(ride);
            var series = TrackSeries.Of(SportRules.Of(Sport.Ride), ordered);
            var effort = Find(ride, meters).SingleOrDefault();
            for (var from = 0; from < ordered.Length; from++)
            {
                for (var to = from + 1; to < ordered.Length && series.Legs[to].Kind != LegKind.Suspect; to++)
                {
                    var isFar = series.DistanceMillimeters[to] - series.DistanceMillimeters[from] >= meters * 1_000L;
                    var ms = ordered[to].Point.AtMs - ordered[from].Point.AtMs;
                    if (isFar && IsGood(series.Legs[from]) && IsGood(series.Legs[to]) && !(effort?.ElapsedMs <= ms))
                    {
                        return false;
                    }
                }
            }

            return true;
        }));

    [Test]
    public void An_effort_lies_inside_the_track() =>
        Properties.Check(Prop.ForAll(Any.Ride.ToArbitrary(), ride =>
            Find(ride, 100, 1_000).All(effort => effort.ElapsedMs > 0
                && effort.StartMs >= 0 && effort.StartMs + effort.ElapsedMs <= ride.Points[^1].AtMs - Any.DayMs)));

    [Test]
    public void The_top_speed_is_none_that_the_sport_forbids() =>
        Properties.Check(Prop.ForAll(Any.Ride.ToArbitrary(), ride =>
            TrackAnalytics.Of(Sport.Ride, ride.Log, Ordered(ride)).MaxSpeedMillimetersPerSecond is >= 0 and <= 35_000));

    // A day at 1 Hz: linear, not the square of it.
    [Test]
    [CancelAfter(20_000)]
    public void A_day_at_one_second_is_analyzed_at_once()
    {
        TrackPoint[] points = [.. Enumerable.Range(0, 86_400).Select(i =>
            new TrackPoint(i * 1_000L, 46_000_000 + (i * 70), 14_000_000, 30_000 + (i % 700)))];
        var log = StateLog.Empty.Append(new(Transition.Started, 0));
        var ordered = TrackOrder.Merge([new TrackChunk(1, points)], log);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var analytics = TrackAnalytics.Of(Sport.Ride, log, ordered);
        TestContext.Out.WriteLine($"{watch.Elapsed.TotalMilliseconds:F0} ms for 86,400 points");
        Assert.That(analytics.BestEfforts, Has.Count.EqualTo(4));
    }

    private static bool IsMovingWithin(IReadOnlyList<AnalyzedSplit> splits, TrackFigures figures) =>
        splits.All(split => 0 <= split.MovingMs && split.MovingMs <= split.Split.ActiveMs)
        && splits.Sum(split => split.MovingMs) <= figures.MovingMs;

    private static bool IsGood(Leg leg) =>
        leg.Kind is LegKind.First or LegKind.Counted or LegKind.Instant or LegKind.Suspect;

    private static IReadOnlyList<BestEffort> Find(Ride ride, params int[] meters)
    {
        var ordered = Ordered(ride);
        return EffortSearch.Find(
            [.. meters.Select(meter => new EffortDistance($"{meter} m", meter * 1_000L))],
            ride.Log,
            ordered,
            TrackSeries.Of(SportRules.Of(Sport.Ride), ordered).Legs);
    }

    private static OrderedPoint[] Ordered(Ride ride) => TrackOrder.Merge([new TrackChunk(1, ride.Points)], ride.Log);
}
