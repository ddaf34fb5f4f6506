using Strava.Contracts.Sports;
using Strava.Contracts.Timing;

namespace Strava.Replay.Generation;

/// <summary>The athlete at one whole second.</summary>
/// <param name="ArcMeters">How far along the route.</param>
/// <param name="SpeedMetersPerSecond">Until the next second.</param>
/// <param name="IsPaused">The recording is paused.</param>
internal readonly record struct Tick(double ArcMeters, double SpeedMetersPerSecond, bool IsPaused);

/// <summary>
/// What the athlete does, second by second: sets off, tires, feels the hills, halts, pauses, and stops at the end.
/// </summary>
internal sealed class Motion
{
    private const double WalkingMetersPerSecond = 1.2;
    private const int LongestWalkSeconds = 60;
    private const double CrawlMetersPerSecond = 0.7;

    private readonly TrackPlan _plan;
    private readonly LoopRoute _route;
    private readonly SeededRandom _random;
    private readonly List<Tick> _ticks = [];
    private readonly List<StateChange> _log = [];
    private double _arcMeters;
    private double _speed;
    private double _mood;

    private Motion(TrackPlan plan, LoopRoute route, SeededRandom random)
    {
        _plan = plan;
        _route = route;
        _random = random;
    }

    public IReadOnlyList<Tick> Ticks => _ticks;

    public IReadOnlyList<StateChange> StateLog => _log;

    public static Motion Simulate(TrackPlan plan, LoopRoute route, SeededRandom random)
    {
        var motion = new Motion(plan, route, random);
        var halts = Halt.Plan(plan, route.LengthMeters, random.Fork());
        motion._log.Add(new StateChange(Transition.Started, plan.StartAtMs));
        motion.Stand(random.Whole(1, 4));
        foreach (var halt in halts)
        {
            motion.MoveTo(halt.ArcMeters);
            motion.Stay(halt);
        }

        motion.MoveTo(route.LengthMeters);
        motion.Stand(random.Whole(2, 5));
        motion.Press(Transition.Stopped);
        motion._log.Add(new StateChange(Transition.Complete, motion._log[^1].AtMs + random.Whole(1_500, 9_000)));
        return motion;
    }

    private void MoveTo(double goalMeters)
    {
        var (gain, brake) = _plan.Sport == Sport.Ride ? (0.7, 1.1) : (0.6, 0.9);
        while (_arcMeters < goalMeters)
        {
            // Never so fast that the goal could not be braked for.
            var leftMeters = goalMeters - _arcMeters;
            var brakeable = Math.Max(CrawlMetersPerSecond, Math.Sqrt(2 * brake * leftMeters) - (brake / 2));
            var wanted = Math.Min(WantedSpeed(), brakeable);
            _speed = Math.Min(leftMeters, Math.Min(brakeable, _speed + Math.Clamp(wanted - _speed, -brake, gain)));
            Step(isPaused: false);
        }

        _speed = 0;
    }

    private double WantedSpeed()
    {
        // A slow swing of some per cent: nobody keeps a speed exactly.
        _mood += (-_mood / 40) + (0.008 * _random.Gauss());
        var fatigue = 1 - (0.09 * _arcMeters / _route.LengthMeters);
        var grade = _route.GradeAt(_arcMeters);
        var hill = _plan.Sport == Sport.Ride
            ? Math.Clamp(1 - (7.5 * grade), 0.42, 1.6)
            : Math.Clamp(1 - (3.2 * grade), 0.6, 1.12);
        return _plan.SpeedMetersPerSecond * fatigue * hill * (1 + Math.Clamp(_mood, -0.15, 0.15));
    }

    private void Stay(Halt halt)
    {
        if (!halt.IsPause)
        {
            Stand(halt.Seconds);
            return;
        }

        Stand(_random.Whole(2, 6));
        Press(Transition.Paused);
        for (var second = 0; second < halt.Seconds; second++)
        {
            // Some seconds of standing at both ends: the phone is in the hand there.
            var isWalk = halt.IsWalking && second >= 3 && second < Math.Min(halt.Seconds - 3, LongestWalkSeconds);
            _speed = isWalk ? WalkingMetersPerSecond : 0;
            Step(isPaused: true);
        }

        _speed = 0;
        Press(Transition.Resumed);
        Stand(_random.Whole(1, 4));
    }

    private void Stand(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            Step(isPaused: false);
        }
    }

    private void Step(bool isPaused)
    {
        _ticks.Add(new Tick(_arcMeters, _speed, isPaused));
        _arcMeters += _speed;
    }

    // Buttons are not pressed on whole seconds; the athlete stands then, so that no way is lost by it.
    private void Press(Transition state) =>
        _log.Add(new StateChange(state, _plan.StartAtMs + (_ticks.Count * 1_000L) - _random.Whole(0, 900)));
}
