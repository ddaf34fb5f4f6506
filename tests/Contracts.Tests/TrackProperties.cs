using System.Text.Json;
using FsCheck.Fluent;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Tests;

public sealed class TrackProperties
{
    [Test]
    public void A_batch_is_point_by_point_is_after_any_restart() =>
        Properties.Check(Prop.ForAll(Any.Ride.Zip(Gen.Choose(0, 200)).ToArbitrary(), given =>
        {
            var (ride, cutAt) = given;
            var ordered = TrackOrder.Merge([new TrackChunk(1, ride.Points)], ride.Log);
            var statistics = new TrackStatistics(Sport.Ride);
            for (var index = 0; index < ordered.Length; index++)
            {
                if (index == cutAt % ordered.Length)
                {
                    // In the compact form, and as JSON as earlier builds stored it.
                    var stored = JsonSerializer.Serialize(statistics.Snapshot());
                    var compact = TrackStatisticsCodec.Encode(statistics.Snapshot());
                    statistics = TrackStatistics.Restore(cutAt % 2 == 0
                        ? JsonSerializer.Deserialize<TrackStatisticsState>(stored)!
                        : TrackStatisticsCodec.Decode(compact)!);
                    Assert.That(TrackStatisticsCodec.Encode(statistics.Snapshot()), Is.EqualTo(compact));
                }

                statistics.Add(ordered[index].Point, ordered[index].Interval);
                statistics.Figures(ride.Log, 0);
            }

            return statistics.Figures(ride.Log, 0).Equals(Of(ride));
        }), runs: 1_000);

    [Test]
    public void A_state_of_another_format_is_none_and_half_a_state_is_refused()
    {
        var statistics = new TrackStatistics(Sport.Ride, ElevationSource.Barometric);
        statistics.Add(new TrackPoint(1, 46_000_000, -14_500_000, -30), 0);
        var stored = TrackStatisticsCodec.Encode(statistics.Snapshot());
        byte[] older = [TrackStatisticsState.CurrentFormat - 1, .. stored[1..]];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(TrackStatisticsCodec.Decode(older), Is.Null);
            for (var length = 0; length < stored.Length; length++)
            {
                Assert.That(() => TrackStatisticsCodec.Decode(stored.AsSpan(0, length)), Throws.TypeOf<PointCodecException>());
            }
        }
    }

    [Test]
    public void A_snapshot_does_not_change_with_what_is_added_later()
    {
        var statistics = new TrackStatistics(Sport.Ride);
        statistics.Add(new TrackPoint(0, 0, 1), 0);
        var before = JsonSerializer.Serialize(statistics.Snapshot());
        var snapshot = statistics.Snapshot();
        statistics.Add(new TrackPoint(100_000, 20_000, 0), 0);
        Assert.That(JsonSerializer.Serialize(snapshot), Is.EqualTo(before));
    }

    [Test]
    public void Chunks_late_twice_and_shuffled_change_no_figure() =>
        Properties.Check(Prop.ForAll(Any.Ride.Zip(Gen.Choose(1, 20)).Zip(Gen.Choose(0, int.MaxValue)).ToArbitrary(), given =>
        {
            var ((ride, size), seed) = given;
            var random = new Random(seed);
            var chunks = ride.Points.Chunk(size).Select((points, index) => new TrackChunk(index, points)).ToArray();
            TrackChunk[] arrived = [.. chunks, .. chunks.Where(_ => random.Next(3) == 0)];
            random.Shuffle(arrived);
            return Of(ride, arrived).Equals(Of(ride));
        }));

    [Test]
    public void Single_points_without_numbers_change_no_figure() =>
        Properties.Check(Prop.ForAll(Any.Ride.Zip(Gen.Choose(0, int.MaxValue)).ToArbitrary(), given =>
        {
            // Two points of one millisecond cannot both be unnumbered: the later is a retry of the earlier.
            var (ride, seed) = given;
            var once = ride with { Points = [.. ride.Points.DistinctBy(point => point.AtMs)] };
            TrackChunk[] arrived = [.. once.Points.Select(point => new TrackChunk(point.AtMs!.Value, [point]))];
            new Random(seed).Shuffle(arrived);
            return Of(once, arrived).Equals(Of(once));
        }));

    [Test]
    public void The_three_times_are_ordered_and_the_splits_add_up() =>
        Properties.Check(Prop.ForAll(Any.Ride.ToArbitrary(), ride =>
        {
            var figures = Of(ride);
            return 0 <= figures.MovingMs && figures.MovingMs <= figures.ActiveMs && figures.ActiveMs <= figures.TotalMs
                && figures.Splits.Sum(split => split.DistanceMillimeters) == figures.DistanceMillimeters
                && figures.Splits.Sum(split => split.ActiveMs) <= figures.ActiveMs
                && figures.Splits.Sum(split => split.ElevationGainCm ?? 0) <= figures.ElevationGainCm
                && figures.PointCount == ride.Points.Length;
        }), runs: 1_000);

    [Test]
    public void Untimed_points_keep_the_order_of_their_file_and_no_leg_crosses_a_chunk() =>
        Properties.Check(Prop.ForAll(Any.Position.NonEmptyListOf().Zip(Gen.Choose(1, 5)).ToArbitrary(), given =>
        {
            var (positions, size) = given;
            var points = positions.Select(position => new TrackPoint(null, position.LatitudeE6, position.LongitudeE6)).ToArray();
            var chunks = points.Chunk(size).Select((part, index) => new TrackChunk(index, part)).ToArray();
            var merged = TrackOrder.Merge(chunks.Reverse().Concat(chunks), Timing.StateLog.Empty);
            return merged.Select(ordered => ordered.Point).SequenceEqual(points)
                && merged.Select(ordered => ordered.Interval).SequenceEqual(points.Select((_, index) => index / size));
        }));

    [Test]
    public void A_chunk_is_in_its_place_by_its_number_and_inside_by_time()
    {
        TrackPoint first = new(5_000, 1, 1), second = new(6_000, 2, 2), third = new(1_000, 3, 3);
        var merged = TrackOrder.Merge([new(2, [third]), new(1, [second, first])], Timing.StateLog.Empty);
        Assert.That(merged.Select(ordered => ordered.Point), Is.EqualTo([first, second, third]));
    }

    [Test]
    public void Points_sent_again_in_another_chunk_are_there_once()
    {
        TrackPoint first = new(1_000, 1, 1), second = new(2_000, 2, 2), third = new(3_000, 3, 3);
        var merged = TrackOrder.Merge([new(1, [first, second]), new(2, [second, third])], Timing.StateLog.Empty);
        Assert.That(merged.Select(ordered => ordered.Point), Is.EqualTo([first, second, third]));
    }

    [Test]
    public void One_unnumbered_point_puts_all_in_the_order_of_time()
    {
        TrackPoint first = new(1_700_000_001_000, 1, 1), second = new(1_700_000_002_000, 2, 2), third = new(1_700_000_003_000, 3, 3);
        var merged = TrackOrder.Merge([new(1, [first, third]), new(1_700_000_002_000, [second])], Timing.StateLog.Empty);
        Assert.That(merged.Select(ordered => ordered.Point), Is.EqualTo([first, second, third]));
    }

    [Test]
    public void In_a_track_of_mixed_times_a_pause_still_parts_the_legs()
    {
        var log = Timing.StateLog.Empty.AppendRange([
            new(Timing.Transition.Started, 0), new(Timing.Transition.Paused, 10), new(Timing.Transition.Resumed, 20)]);
        TrackPoint[] points = [new(5, 1, 1), new(null, 2, 2), new(15, 3, 3), new(25, 4, 4), new(null, 5, 5)];
        var merged = TrackOrder.Merge([new(1, points), new(2, [new(null, 6, 6)])], log);
        Assert.That(merged.Select(ordered => ordered.Interval), Is.EqualTo([0, 0, -1, 2, 2, 3]));
    }

    private static TrackFigures Of(Ride ride, params TrackChunk[] chunks) => TrackStatistics.Compute(
        Sport.Ride, ride.Log, TrackOrder.Merge(chunks.Length == 0 ? [new TrackChunk(1, ride.Points)] : chunks, ride.Log), 0);
}
