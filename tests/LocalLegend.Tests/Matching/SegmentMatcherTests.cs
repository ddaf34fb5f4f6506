using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;
using Strava.LocalLegends.Matching;
using Strava.Testing.Simulation;

namespace Strava.LocalLegends.Tests.Matching;

public sealed class SegmentMatcherTests
{
    private const double MetersPerSecond = 4;
    private static readonly Plane Town = new(48.2, 16.37);
    private static readonly Way Street = Way.Straight((0, 0), (300, 0), (500, 200), (500, 800));

    [Test]
    public void A_track_along_the_line_is_an_effort_with_times_between_the_points()
    {
        var efforts = Match(Street, Way.Straight((-101, 0), (0, 0)).Then(Street, Way.Straight((500, 800), (500, 900))));

        Assert.That(efforts, Has.Count.EqualTo(1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(efforts[0].Segment, Is.EqualTo(7));
            Assert.That(efforts[0].StartedAtMs - Receiver.StartMs, Is.EqualTo(101_000 / MetersPerSecond).Within(60));
            Assert.That(efforts[0].ElapsedMs, Is.EqualTo(Street.Meters / MetersPerSecond * 1_000).Within(100));
        }
    }

    [Test]
    public void The_recording_that_a_segment_was_made_of_is_an_effort()
    {
        var efforts = Match(Street, Street);
        Assert.That(efforts.Single().ElapsedMs, Is.EqualTo(Street.Meters / MetersPerSecond * 1_000).Within(1_000));
    }

    [Test]
    public void The_other_way_is_none() => Assert.That(Match(Street, Street.Reverse()), Is.Empty);

    [TestCase(0, 0.8)]
    [TestCase(0.2, 1)]
    [TestCase(0.3, 0.6)]
    public void A_part_is_none(double from, double to) =>
        Assert.That(Match(Street, Street.Slice(from * Street.Meters, to * Street.Meters)), Is.Empty);

    [TestCase(30)]
    [TestCase(-30)]
    public void A_parallel_street_is_none(double meters) => Assert.That(Match(Street, Street.Aside(meters)), Is.Empty);

    [Test]
    public void A_detour_in_the_middle_is_none()
    {
        var around = Way.Straight((0, 0), (100, 0), (100, 80), (220, 80), (220, 0), (300, 0), (500, 200), (500, 800));
        Assert.That(Match(Street, around), Is.Empty);
    }

    [Test]
    public void Each_lap_counts()
    {
        var lap = Way.Circle(100, 1);
        var efforts = Match(lap, Way.Straight((100, -80), (100, 0)).Then(Way.Circle(100, 3.3)));
        Assert.That(efforts, Has.Count.EqualTo(3));
        Assert.That(
            efforts.Select(effort => effort.ElapsedMs),
            Has.All.EqualTo(lap.Meters / MetersPerSecond * 1_000).Within(200));
    }

    [Test]
    public void There_and_back_is_an_effort_each_way()
    {
        var there = Way.Straight((-8, 0), (708, 0));
        var track = there.Then(there.Reverse(), there);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Match(Way.Straight((0, 0), (700, 0)), track), Has.Count.EqualTo(2));
            Assert.That(Match(Way.Straight((700, 0), (0, 0)), track), Has.Count.EqualTo(1));
        }
    }

    [Test]
    public void Who_turns_a_few_metres_before_the_ends_has_been_there()
    {
        var there = Way.Straight((10, 0), (690, 0));
        Assert.That(Match(Way.Straight((0, 0), (700, 0)), there.Then(there.Reverse(), there)), Has.Count.EqualTo(2));
    }

    [TestCase(400, 1)]
    [TestCase(330, 0)]
    public void A_line_that_turns_is_followed_to_its_turn(double turn, int efforts)
    {
        var line = Way.Straight((0, 0), (400, 0), (0, 0));
        var track = Way.Straight((-60, 0), (turn, 0), (-60, 0));
        Assert.That(Match(line, track), Has.Count.EqualTo(efforts));
    }

    [Test]
    public void Points_83_m_apart_suffice()
    {
        var track = Way.Straight((-200, 0), (0, 0)).Then(Street, Way.Straight((500, 800), (500, 1_100)));
        var receiver = new Receiver(SamplingMs: 5_000);
        var points = receiver.Record(Town, track, 60 / 3.6, new Random(1));
        var effort = SegmentMatcher.Match(Line(Street, Sport.Ride), points).Single();
        Assert.That(effort.ElapsedMs, Is.EqualTo(Street.Meters * 3_600 / 60).Within(1_500));
    }

    [TestCase(1.02, 1)]
    [TestCase(0.9, 0)]
    [TestCase(1.8, 1)]
    public void Who_starts_the_clock_on_a_loop_may_stop_it_there(double laps, int efforts)
    {
        var loop = Way.Circle(100, 1);
        var elsewhere = Way.Circle(100, 3).Slice(0.4 * loop.Meters, (0.4 + laps) * loop.Meters);
        Assert.That(Match(loop, elsewhere), Has.Count.EqualTo(efforts));
    }

    [TestCase(1)]
    [TestCase(5)]
    public void The_middle_on_the_parallel_street_is_none(int seconds)
    {
        var line = Way.Straight((0, 0), (1_500, 0));
        var track = Way.Straight((-50, 0), (500, 0), (500, 30), (1_000, 30), (1_000, 0), (1_550, 0));
        for (var seed = 0; seed < 50; seed++)
        {
            var receiver = new Receiver(NoiseMeters: 5, DriftSeconds: 10 * (seed % 2), SamplingMs: seconds * 1_000);
            var points = receiver.Record(Town, track, 11, new Random(seed));
            Assert.That(SegmentMatcher.Match(Line(line, Sport.Ride), points), Is.Empty, $"seed {seed}");
        }
    }

    [Test]
    public void A_jump_into_the_middle_is_none()
    {
        var points = Record(Street);
        var jumped = points.Select((point, index) => index < 100 ? point : point with { AtMs = point.AtMs - 80_000 });
        Assert.That(Match([.. jumped.Where((_, index) => index is < 20 or > 100)]), Is.Empty);
    }

    [Test]
    public void Wild_points_and_such_without_time_or_place_do_not_matter()
    {
        var points = Record(Way.Straight((-50, 0), (0, 0)).Then(Street, Way.Straight((500, 800), (500, 850))));
        var expected = Match(points);
        var mixed = points.SelectMany((point, index) => (index % 40) switch
        {
            7 => [point, new TrackPoint(point.AtMs + 100, 0, 0)],
            13 => [point, point with { AtMs = null, LatitudeE6 = 1 }],
            21 => [point, point with { AtMs = point.AtMs + 100, LatitudeE6 = point.LatitudeE6 + 9_000 }],
            30 => [point, new TrackPoint(point.AtMs + 100, Town.Place(default).LatitudeE6, 0, AccuracyCm: 9_000)],
            35 => [point, point with { AtMs = point.AtMs - 60_000 }, point],
            _ => new[] { point },
        });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(expected, Has.Count.EqualTo(1));
            Assert.That(Match([.. mixed]), Is.EqualTo(expected));
        }
    }

    [Test]
    public void A_pause_on_the_way_is_part_of_the_time()
    {
        var points = Record(Street);
        var paused = points.Select((point, index) => index < 60 ? point : point with { AtMs = point.AtMs + 600_000 });
        Assert.That(
            Match([.. paused]).Single().ElapsedMs - Match(points).Single().ElapsedMs, Is.EqualTo(600_000).Within(100));
    }

    private static List<FoundEffort> Match(TrackPoint[] points) => SegmentMatcher.Match(Line(Street), points);

    private static TrackPoint[] Record(Way way) => new Receiver().Record(Town, way, MetersPerSecond, new Random(1));

    private static List<FoundEffort> Match(Way line, Way track) =>
        SegmentMatcher.Match(Line(line), new Receiver().Record(Town, track, MetersPerSecond, new Random(1)));

    private static SegmentLine Line(Way way, Sport sport = Sport.Run) =>
        SegmentLine.Of(7, sport, [.. way.Spots.Select(Town.Place)]);
}
