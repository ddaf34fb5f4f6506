using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Replay.Generation;

namespace Strava.Replay.Tests;

/// <summary>
/// Could it be real? The product's own figures of generated recordings, against what really happened.
/// </summary>
[TestFixture(Sport.Run)]
[TestFixture(Sport.Ride)]
internal sealed class TrackGeneratorTests(Sport sport)
{
    private static readonly ulong[] Seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

    private GeneratedTrack Generate(ulong seed) => TrackGenerator.Generate(Some.Plan(seed, sport));

    [Test]
    public void The_same_plan_gives_the_same_recording()
    {
        var (one, other) = (Generate(42), Generate(42));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(one.Points, Is.EqualTo(other.Points));
            Assert.That(one.StateLog, Is.EqualTo(other.StateLog));
            Assert.That(one.Truth, Is.EqualTo(other.Truth));
        }
    }

    [Test]
    public void Another_seed_gives_another_recording()
    {
        var plan = Some.Plan(42, sport);
        var other = TrackGenerator.Generate(plan with { Seed = 43 });
        Assert.That(TrackGenerator.Generate(plan).Points, Is.Not.EqualTo(other.Points));
    }

    [Test]
    public void A_later_start_moves_the_times_and_nothing_else()
    {
        var plan = Some.Plan(42, sport);
        var later = TrackGenerator.Generate(plan with { StartAtMs = plan.StartAtMs + 5_000 });
        var moved = TrackGenerator.Generate(plan).Points.Select(point => point with { AtMs = point.AtMs + 5_000 });
        Assert.That(later.Points, Is.EqualTo(moved));
    }

    [TestCaseSource(nameof(Seeds))]
    public void The_distance_is_near_the_truth(ulong seed)
    {
        var track = Generate(seed);
        var figures = Some.FiguresOf(track);
        Assert.That(figures.DistanceMillimeters / 1_000.0, Is.EqualTo(track.Truth.DistanceMeters).Within(1.5).Percent);
    }

    [TestCaseSource(nameof(Seeds))]
    public void Total_and_active_time_are_exact_and_moving_is_less_by_the_standing(ulong seed)
    {
        var track = Generate(seed);
        var figures = Some.FiguresOf(track);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.TotalMs, Is.EqualTo(track.Truth.TotalMs));
            Assert.That(figures.ActiveMs, Is.EqualTo(track.Truth.ActiveMs));
            Assert.That(figures.MovingMs, Is.LessThanOrEqualTo(figures.ActiveMs));
            var movingMs = track.Truth.ActiveMs - (track.Truth.StandingSeconds * 1_000);
            Assert.That(figures.MovingMs, Is.EqualTo(movingMs).Within(2).Percent);
        }
    }

    [TestCaseSource(nameof(Seeds))]
    public void The_pauses_are_as_asked(ulong seed)
    {
        var plan = Some.Plan(seed, sport);
        var track = TrackGenerator.Generate(plan);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Some.LogOf(track).Pauses, Has.Count.EqualTo(plan.Pauses));
            Assert.That(track.Truth.Pauses, Is.EqualTo(plan.Pauses));
            Assert.That(Some.LogOf(track).State, Is.EqualTo(ActivityState.Complete));
        }
    }

    [TestCaseSource(nameof(Seeds))]
    public void No_leg_is_over_the_limit_of_the_sport(ulong seed)
    {
        var figures = Some.FiguresOf(Generate(seed));
        Assert.That((figures.SuspectLegs, figures.SuspectPoints), Is.EqualTo((0, 0)));
    }

    [TestCaseSource(nameof(Seeds))]
    public void Points_come_in_time_order_inside_the_recording_at_the_pace_of_the_sport(ulong seed)
    {
        var track = Generate(seed);
        var steps = track.Points.Zip(track.Points.Skip(1), (from, to) => to.AtMs!.Value - from.AtMs!.Value).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(track.Points[0].AtMs, Is.InRange(Some.StartAtMs, Some.StartAtMs + 1_000));
            Assert.That(track.Points[^1].AtMs, Is.LessThanOrEqualTo(Some.StartAtMs + track.Truth.TotalMs));
            Assert.That(steps, Is.All.Positive);
            Assert.That(
                steps.Order().ElementAt(steps.Count / 2),
                Is.EqualTo(SportRules.Of(sport).SamplingSeconds * 1_000).Within(100));
        }
    }

    [TestCaseSource(nameof(Seeds))]
    public void The_channels_are_a_living_athletes(ulong seed)
    {
        var points = Generate(seed).Points;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(points.Select(point => point.HeartRate), Is.All.InRange(50, 198));
            Assert.That(points.Select(point => point.Cadence), Is.All.InRange(0, 195));
            Assert.That(points.Select(point => point.AccuracyCm), Is.All.InRange(200, 1_000));
            Assert.That(points.Select(point => point.ElevationCm), Is.All.InRange(23_000, 45_000));
            Assert.That(points.Average(point => point.HeartRate), Is.InRange(115, 185));
        }
    }

    [Test]
    public void Noise_wanders_by_some_metres_and_is_not_white()
    {
        var noise = new GpsNoise(new SeededRandom(5));
        var errors = new List<double>();
        for (var second = 0; second < 50_000; second++)
        {
            noise.AdvanceOneSecond();
            errors.Add(noise.EastMeters);
        }

        var variance = errors.Average(error => error * error);
        var nextToEachOther = errors.Zip(errors.Skip(1), (one, next) => one * next).Average() / variance;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Math.Sqrt(variance), Is.InRange(2.8, 4.5));
            Assert.That(nextToEachOther, Is.GreaterThan(0.97));
        }
    }

    [Test]
    public void Way_made_in_a_pause_does_not_count()
    {
        var plan = Some.Plan(3, sport) with
        {
            Pauses = 3,
            WalkingPauseShare = 1,
            LongestPauseSeconds = 90,
            Dropouts = 0,
        };
        var track = TrackGenerator.Generate(plan);
        var log = Some.LogOf(track);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(track.Truth.PausedDistanceMeters, Is.GreaterThan(80));
            Assert.That(track.Points.Count(point => log.ActiveIntervalAt(point.AtMs!.Value) < 0), Is.Positive);
            Assert.That(
                Some.FiguresOf(track).DistanceMillimeters / 1_000.0,
                Is.EqualTo(track.Truth.DistanceMeters).Within(2.5).Percent);
        }
    }

    [Test]
    public void A_pause_without_walking_has_no_points()
    {
        var plan = Some.Plan(3, sport) with { Pauses = 3, WalkingPauseShare = 0 };
        var track = TrackGenerator.Generate(plan);
        var log = Some.LogOf(track);
        var intervals = track.Points.Select(point => log.ActiveIntervalAt(point.AtMs!.Value));
        Assert.That(intervals, Is.All.GreaterThanOrEqualTo(0));
    }

    [Test]
    public void Dropouts_leave_gaps_of_some_seconds()
    {
        var plan = Some.Plan(8, sport) with { Pauses = 0, Dropouts = 3 };
        var points = TrackGenerator.Generate(plan).Points;
        var longest = points.Zip(points.Skip(1), (from, to) => to.AtMs - from.AtMs).Max();
        Assert.That(longest, Is.InRange(8_000, 110_000));
    }

    [Test]
    public void At_a_light_the_position_drifts_and_the_figures_stand()
    {
        var plan = Some.Plan(4, sport) with { TrafficLights = 5, Pauses = 0, Dropouts = 0 };
        var track = TrackGenerator.Generate(plan);
        var figures = Some.FiguresOf(track);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(track.Truth.StandingSeconds, Is.GreaterThanOrEqualTo(60));
            var standingMs = figures.ActiveMs - figures.MovingMs;
            Assert.That(standingMs, Is.GreaterThan(track.Truth.StandingSeconds * 500));
            var places = track.Points.Select(point => point.Position).Distinct().Count();
            Assert.That(places, Is.GreaterThan(track.Points.Count * 0.98));
        }
    }

    [TestCaseSource(nameof(Seeds))]
    public void The_way_bends_and_does_not_jump_about(ulong seed)
    {
        var plan = Some.Plan(seed, sport);
        var route = new LoopRoute(plan.Start, plan.DistanceMeters, new SeededRandom(seed));
        const double StepMeters = 15;
        for (var arcMeters = StepMeters; arcMeters + StepMeters < route.LengthMeters; arcMeters += StepMeters)
        {
            // On a straight line the two ends are two steps apart, after a sharp turn back they are one place.
            var chordMeters = route.At(arcMeters - StepMeters).MetersTo(route.At(arcMeters + StepMeters));
            Assert.That(chordMeters, Is.GreaterThan(1.4 * StepMeters), $"at {arcMeters} m");
        }

        Assert.That(route.At(0).MetersTo(route.At(route.LengthMeters)), Is.LessThan(30), "it is a loop");
    }

    [Test]
    public void Too_many_halts_for_the_way_are_refused()
    {
        var plan = Some.Plan(1, sport) with { DistanceMeters = 900, TrafficLights = 9 };
        Assert.That(() => TrackGenerator.Generate(plan), Throws.ArgumentException);
    }
}
