namespace Strava.Replay.Generation;

/// <summary>A place where the athlete comes to a stand.</summary>
/// <param name="ArcMeters">Where.</param>
/// <param name="Seconds">How long; of a pause, how long the recording is paused.</param>
/// <param name="IsPause">Pause is pressed; else it is a light, and the recording runs on.</param>
/// <param name="IsWalking">In the pause the athlete walks on.</param>
internal sealed record Halt(double ArcMeters, int Seconds, bool IsPause, bool IsWalking)
{
    private const double LeastGapMeters = 200;

    /// <summary>Spread over the way, never so near that a walk in a pause reaches the next one.</summary>
    public static List<Halt> Plan(TrackPlan plan, double lengthMeters, SeededRandom random)
    {
        var count = plan.TrafficLights + plan.Pauses;
        var gapMeters = lengthMeters / (count + 1);
        if (count > 0 && gapMeters < LeastGapMeters)
        {
            throw new ArgumentException($"{count} halts are too many for {lengthMeters:F0} m.", nameof(plan));
        }

        var halts = new List<Halt>(count);
        var pausesLeft = plan.Pauses;
        for (var index = 0; index < count; index++)
        {
            var arcMeters = (index + 1 + random.Between(-0.2, 0.2)) * gapMeters;
            var isPause = random.IsTrue((double)pausesLeft / (count - index));
            pausesLeft -= isPause ? 1 : 0;
            halts.Add(isPause
                ? new Halt(
                    arcMeters,
                    random.Whole(Math.Max(10, plan.LongestPauseSeconds / 3), plan.LongestPauseSeconds),
                    IsPause: true,
                    IsWalking: random.IsTrue(plan.WalkingPauseShare))
                : new Halt(arcMeters, random.Whole(12, 55), IsPause: false, IsWalking: false));
        }

        return halts;
    }
}
