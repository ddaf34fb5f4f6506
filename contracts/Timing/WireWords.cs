namespace Strava.Contracts.Timing;

/// <summary>States and transitions as the API says them, for sentences; JSON has its own converter.</summary>
public static class WireWords
{
    /// <summary>The state's word, like PAUSED.</summary>
    public static string Word(this ActivityState state) => state.ToString().ToUpperInvariant();

    /// <summary>The transition's word, like RESUMED.</summary>
    public static string Word(this Transition transition) => transition.ToString().ToUpperInvariant();
}
