using System.Text.Json;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Tests;

public sealed class ElevationTests
{
    [Test]
    public void Quiet_heights_are_a_barometers_and_their_climb_is_taken_as_it_is()
    {
        // 100 m up in steps of 20 cm, 100 m down: smoothing would keep the last metres back.
        var figures = Compute([.. Enumerable.Range(0, 1_000).Select(i => 20 * (i < 500 ? i : 1_000 - i))]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.ElevationSource, Is.EqualTo(ElevationSource.Barometric));
            Assert.That(figures.ElevationGainCm, Is.EqualTo(10_000));
            Assert.That(figures.ElevationLossCm, Is.EqualTo(9_800), "less than 2 m are left at the end");
        }
    }

    [Test]
    public void Jitter_makes_heights_a_receivers_and_climbs_nothing()
    {
        var random = new Random(1);
        var figures = Compute([.. Enumerable.Range(0, 1_000).Select(_ => 30_000 + random.Next(-120, 120))]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.ElevationSource, Is.EqualTo(ElevationSource.Gps));
            Assert.That(figures.ElevationGainCm, Is.Zero);
        }
    }

    // A slope has no jitter, however coarse its heights.
    [TestCase(20, 4)]
    [TestCase(100, 30)]
    [TestCase(500, 1)]
    public void A_slope_is_quiet(int stepCm, int pointsAStep)
    {
        var figures = Compute([.. Enumerable.Range(0, 600).Select(i => stepCm * (i / pointsAStep))]);
        Assert.That(figures.ElevationSource, Is.EqualTo(ElevationSource.Barometric));
    }

    [Test]
    public void Few_heights_are_a_receivers_and_none_have_no_source()
    {
        using (Assert.EnterMultipleScope())
        {
            var few = Compute([.. Enumerable.Range(0, 60).Select(i => 20 * i)]);
            Assert.That(few.ElevationSource, Is.EqualTo(ElevationSource.Gps));
            Assert.That(Compute([null, null]).ElevationSource, Is.Null);
        }
    }

    [Test]
    public void One_wild_height_does_not_decide()
    {
        var heights = Enumerable.Range(0, 1_000).Select(i => (int?)(20 * i)).ToArray();
        heights[500] = 900_000;
        Assert.That(Compute(heights).ElevationSource, Is.EqualTo(ElevationSource.Barometric));
    }

    // 50 heights are too few to judge by, and these are noisy too.
    [TestCase(null, ElevationSource.Gps)]
    [TestCase(ElevationSource.Gps, ElevationSource.Gps)]
    [TestCase(ElevationSource.Barometric, ElevationSource.Barometric)]
    public void What_the_recording_says_of_its_heights_ends_all_guessing(ElevationSource? said, ElevationSource expected)
    {
        var log = StateLog.Empty.Append(new(Transition.Started, 0));
        TrackPoint[] points = [.. Enumerable.Range(0, 50).Select(i => At(i * 1_000, 10_000 + (i % 2 * 250)))];
        var ordered = TrackOrder.Merge([new TrackChunk(1, points)], log);
        var figures = TrackStatistics.Compute(Sport.Ride, log, ordered, 0, said);
        var streams = ActivityStreams.From(Sport.Ride, 0, ordered, said);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.ElevationSource, Is.EqualTo(expected));
            Assert.That(figures.ElevationGainCm, Is.EqualTo(expected == ElevationSource.Gps ? 0 : 25 * 250), "2.5 m up and down");
            Assert.That(TrackAnalytics.Of(Sport.Ride, log, ordered, said).ElevationSource, Is.EqualTo(expected));
            Assert.That(streams.Altitude, Has.Count.EqualTo(50));
        }
    }

    [Test]
    public void What_the_recording_says_is_stored_with_the_state()
    {
        var statistics = new TrackStatistics(Sport.Ride, ElevationSource.Barometric);
        statistics = TrackStatistics.Restore(TrackStatisticsCodec.Decode(TrackStatisticsCodec.Encode(statistics.Snapshot()))!);
        statistics.Add(At(0, 0), 0);
        Assert.That(statistics.Figures(StateLog.Empty, 0).ElevationSource, Is.EqualTo(ElevationSource.Barometric));
    }

    [Test]
    public void A_recording_that_says_it_but_has_no_heights_has_no_source() =>
        Assert.That(
            new TrackStatistics(Sport.Ride, ElevationSource.Barometric).Figures(StateLog.Empty, 0).ElevationSource, Is.Null);

    [TestCase(7, Description = "a barometer")]
    [TestCase(6, Description = "few heights")]
    public void A_step_that_a_pause_cuts_goes_on_after_it(int laps)
    {
        // Each lap climbs 1.5 m in 10 points of which each is 15 s; the way back down is made in the pause.
        var points = new List<TrackPoint>();
        var changes = new List<StateChange> { new(Transition.Started, 0) };
        for (var lap = 0; lap < laps; lap++)
        {
            var startMs = lap * 1_000_000L;
            changes.Add(new(Transition.Resumed, startMs));
            points.AddRange(Enumerable.Range(0, 10).Select(i => At(startMs + (i * 15_000), Math.Min(i, 5) * 30)));
            changes.Add(new(Transition.Paused, startMs + 150_000));
        }

        var log = StateLog.Empty.AppendRange(changes);
        var ordered = TrackOrder.Merge([new TrackChunk(1, [.. points])], log);
        var figures = TrackStatistics.Compute(Sport.Ride, log, ordered, 0);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.ElevationGainCm, Is.EqualTo(laps * 150).Within(200));
            Assert.That(figures.ElevationLossCm, Is.Zero, "nothing is lost in a pause");
        }
    }

    [Test]
    public void Nothing_is_climbed_in_a_jump()
    {
        var log = StateLog.Empty.Append(new(Transition.Started, 0));
        TrackPoint[] points = [.. Enumerable.Range(0, 200).Select(i => i < 100
            ? new TrackPoint(i * 1_000L, 46_000_000 + (i * 20), 14_000_000, 10_000)
            : new TrackPoint(i * 1_000L, 47_000_000 + (i * 20), 14_000_000, 90_000))];
        var figures = TrackStatistics.Compute(Sport.Run, log, TrackOrder.Merge([new TrackChunk(1, points)], log), 0);
        Assert.That((figures.SuspectLegs, figures.ElevationGainCm), Is.EqualTo((1, 0)));
    }

    [Test]
    public void Splits_tell_the_climb_by_the_rule_that_holds_in_the_end()
    {
        var figures = Compute([.. Enumerable.Range(0, 1_000).Select(i => 20 * i)], stepE6: 90);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.Splits, Has.Count.EqualTo(10));
            Assert.That(figures.Splits.Sum(split => split.ElevationGainCm), Is.EqualTo(figures.ElevationGainCm));
            Assert.That(figures.Splits[0].ElevationGainCm, Is.EqualTo(2_000).Within(200), "all of it");
        }
    }

    [Test]
    public void A_stored_state_of_the_first_format_is_read_and_not_taken_up()
    {
        const string Stored =
            """
            {"Format":1,"Sport":"RIDE","PointCount":1,"SuspectLegs":0,"SuspectPoints":0,"DistanceMillimeters":0,
            "LastAtMs":0,"CountedToMs":0,"Interval":0,"Previous":{"AtMs":0,"LatitudeE6":0,"LongitudeE6":0},
            "Standing":{"StandingMs":0,"WindowMs":0,"WindowMillimeters":0},
            "Elevation":{"GainCm":0,"LossCm":0,"OlderCm":1,"LastCm":1,"MeanFixed":256,"AnchorCm":1},
            "OpenSplit":{"Millimeters":0,"Ms":0,"GainAtStartCm":0,"HasElevation":true},
            "Splits":[{"Index":1,"DistanceMillimeters":1000000,"ActiveMs":1,"ElevationGainCm":null}]}
            """;
        var state = JsonSerializer.Deserialize<TrackStatisticsState>(Stored)!;
        Assert.That(() => TrackStatistics.Restore(state), Throws.ArgumentException);
    }

    private static TrackFigures Compute(int?[] heightsCm, int stepE6 = 10)
    {
        var log = StateLog.Empty.Append(new(Transition.Started, 0));
        TrackPoint[] points = [.. heightsCm.Select((heightCm, index) =>
            new TrackPoint(index * 1_000L, 46_000_000 + (index * stepE6), 14_000_000, heightCm))];
        return TrackStatistics.Compute(Sport.Ride, log, TrackOrder.Merge([new TrackChunk(1, points)], log), 0);
    }

    private static TrackPoint At(long ms, int heightCm) => new(ms, 46_000_000, 14_000_000, heightCm);
}
