using Strava.Contracts.Geo;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Replay.Generation;

/// <summary>
/// Makes a recording that could be real: 1. a wandering loop, 2. what the athlete does on it, second by second, 3. what
/// a phone writes down of that: samples with the receiver's error and its silences. Pure: no clock, and chance comes
/// from the plan's seed alone.
/// </summary>
internal static class TrackGenerator
{
    public static GeneratedTrack Generate(TrackPlan plan)
    {
        var random = new SeededRandom(plan.Seed);
        var route = RouteOf(plan, random.Fork());
        var motion = Motion.Simulate(plan, route, random.Fork());
        var points = Record(plan, route, motion, random);
        return new GeneratedTrack(plan.Sport, motion.StateLog, points, Truth(plan, motion));
    }

    /// <summary>The way itself, without anybody on it.</summary>
    public static LoopRoute RouteOf(TrackPlan plan, SeededRandom random) => new(
        plan.Start,
        plan.DistanceMeters / plan.Laps,
        plan.RouteSeed is { } shape ? new SeededRandom(shape) : random,
        plan.Laps);

    private static List<TrackPoint> Record(TrackPlan plan, LoopRoute route, Motion motion, SeededRandom random)
    {
        var silent = SilentSeconds(plan, motion.Ticks.Count, random.Fork());
        var noise = new GpsNoise(random.Fork());
        var body = new Body(plan, random.Fork());
        var clock = random.Fork();
        var barometer = new Barometer(random.Fork());
        var periodSeconds = SportRules.Of(plan.Sport).SamplingSeconds;
        var points = new List<TrackPoint>(motion.Ticks.Count / periodSeconds);
        for (var second = 0; second < motion.Ticks.Count; second++)
        {
            var tick = motion.Ticks[second];
            var grade = route.GradeAt(tick.ArcMeters);
            noise.AdvanceOneSecond();
            barometer.AdvanceOneSecond();
            body.AdvanceOneSecond(tick, grade, (double)second / motion.Ticks.Count);
            var isPocketed = tick.IsPaused && tick.SpeedMetersPerSecond == 0;
            if (second % periodSeconds != 0 || silent.Contains(second) || isPocketed)
            {
                continue;
            }

            // A fix comes some ms late.
            var lateMs = clock.Whole(0, 90);
            var place = route.At(tick.ArcMeters + (tick.SpeedMetersPerSecond * lateMs / 1_000));
            var seen = place.Moved(noise.EastMeters, noise.NorthMeters);
            var position = GeoPoint.FromDegrees(seen.Latitude, seen.Longitude);
            var heightMeters = plan.BaseHeightMeters + Terrain.ReliefMeters(place) + barometer.ErrorMeters;
            points.Add(new TrackPoint(
                plan.StartAtMs + (second * 1_000L) + lateMs,
                position.LatitudeE6,
                position.LongitudeE6,
                (int)Math.Round(heightMeters * 10) * 10,
                (int)Math.Round(noise.AccuracyMeters * 100),
                body.HeartRate,
                body.Cadence(tick, grade)));
        }

        return points;
    }

    private static HashSet<int> SilentSeconds(TrackPlan plan, int seconds, SeededRandom random)
    {
        const int EdgeSeconds = 60;
        var silent = new HashSet<int>();
        for (var dropout = 0; dropout < plan.Dropouts && seconds > 3 * EdgeSeconds; dropout++)
        {
            var from = random.Whole(EdgeSeconds, seconds - EdgeSeconds);
            silent.UnionWith(Enumerable.Range(from, random.Whole(8, 35)));
        }

        return silent;
    }

    private static TrackTruth Truth(TrackPlan plan, Motion motion)
    {
        var log = motion.StateLog;
        var pausedMs = log.Where(change => change.State == Transition.Resumed).Sum(change => change.AtMs)
            - log.Where(change => change.State == Transition.Paused).Sum(change => change.AtMs);
        var totalMs = log.First(change => change.State == Transition.Stopped).AtMs - plan.StartAtMs;
        return new TrackTruth(
            motion.Ticks.Where(tick => !tick.IsPaused).Sum(tick => tick.SpeedMetersPerSecond),
            motion.Ticks.Where(tick => tick.IsPaused).Sum(tick => tick.SpeedMetersPerSecond),
            totalMs,
            totalMs - pausedMs,
            motion.Ticks.Count(tick => !tick.IsPaused && tick.SpeedMetersPerSecond == 0),
            log.Count(change => change.State == Transition.Paused));
    }

    /// <summary>A pressure sensor's error: small, and it drifts.</summary>
    private sealed class Barometer(SeededRandom random)
    {
        private double _driftMeters = random.Gauss();

        public double ErrorMeters => _driftMeters + (0.1 * random.Gauss());

        public void AdvanceOneSecond() => _driftMeters += (-_driftMeters / 600) + (0.05 * random.Gauss());
    }
}
