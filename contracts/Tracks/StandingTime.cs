namespace Strava.Contracts.Tracks;

/// <summary>
/// Standing still, decided over windows of consecutive counted legs of at least 3 s: single legs of 1 s are mostly
/// noise (peers.md 2.6: within 0.13 % of a known device's resting time).
/// </summary>
/// <param name="StandingMs">Decided so far, ms.</param>
/// <param name="WindowMs">Length of the open window, ms.</param>
/// <param name="WindowMillimeters">Distance in the open window, mm.</param>
public readonly record struct StandingTime(long StandingMs, long WindowMs, long WindowMillimeters)
{
    private const int LeastWindowMs = 3_000;

    internal StandingTime Add(long millimeters, long ms, int standingMillimetersPerSecond)
    {
        var window = this with { WindowMs = WindowMs + ms, WindowMillimeters = WindowMillimeters + millimeters };
        return window.WindowMs >= LeastWindowMs ? window.Close(standingMillimetersPerSecond) : window;
    }

    internal StandingTime Close(int standingMillimetersPerSecond)
    {
        var isStanding = WindowMillimeters * 1_000 < standingMillimetersPerSecond * WindowMs;
        return new StandingTime(StandingMs + (isStanding ? WindowMs : 0), 0, 0);
    }
}
