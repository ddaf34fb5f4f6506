namespace Strava.Contracts.Timing;

/// <summary>Two of the three times of an activity; the third, moving time, needs the track.</summary>
/// <param name="TotalMs">First start to last stop in ms (to now while open); never less than
/// <paramref name="ActiveMs"/>.</param>
/// <param name="ActiveMs">Total less pauses, in ms; never negative.</param>
public readonly record struct ElapsedTimes(long TotalMs, long ActiveMs);

/// <summary>A stretch that counts nothing: from a PAUSED (or a STOPPED that was resumed) to the next RESUMED or the
/// last STOPPED.</summary>
/// <param name="FromMs">Begin, Unix ms UTC.</param>
/// <param name="ToMs">End, Unix ms UTC; <c>null</c> while the activity is paused.</param>
public readonly record struct Pause(long FromMs, long? ToMs);

/// <summary>What came of reading a whole log: the log, or its first refused line.</summary>
/// <param name="Log">The log as far as it was accepted.</param>
/// <param name="Refusal">The first refusal; <c>null</c> when the whole log was accepted.</param>
/// <param name="RefusedIndex">Index of the refused line; -1 when there is none.</param>
public sealed record StateLogReading(StateLog Log, TransitionDecision? Refusal, int RefusedIndex)
{
    /// <summary>True when every line was accepted.</summary>
    public bool IsAccepted => Refusal is null;
}
