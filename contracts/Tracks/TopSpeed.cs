namespace Strava.Contracts.Tracks;

/// <summary>
/// Highest speed: the highest median of 5 legs in a row, so that a wild point, which spoils two legs, does not count. A
/// track whose longest row of legs is shorter is taken by rows of that length. O(n).
/// </summary>
internal static class TopSpeed
{
    private const int Window = 5;

    internal static long Of(Leg[] legs)
    {
        var window = Math.Min(Window, LongestRow(legs));
        if (window == 0)
        {
            return 0;
        }

        Span<long> last = stackalloc long[Window];
        Span<long> sorted = stackalloc long[window];
        var row = 0;
        var most = 0L;
        foreach (var leg in legs)
        {
            if (Speed(leg) is not { } speed)
            {
                row = EndsRow(leg) ? 0 : row;
                continue;
            }

            last[row++ % window] = speed;
            if (row >= window)
            {
                last[..window].CopyTo(sorted);
                sorted.Sort();
                most = Math.Max(most, (sorted[window / 2] + sorted[(window - 1) / 2]) / 2);
            }
        }

        return most;
    }

    private static int LongestRow(Leg[] legs)
    {
        int row = 0, longest = 0;
        foreach (var leg in legs)
        {
            row = Speed(leg) is not null ? row + 1 : EndsRow(leg) ? 0 : row;
            longest = Math.Max(longest, row);
        }

        return longest;
    }

    private static bool EndsRow(Leg leg) => leg.IsBreak || leg.Kind == LegKind.Untimed;

    // A leg without new time (after a step back) has no speed.
    private static long? Speed(Leg leg) =>
        leg is { Kind: LegKind.Counted, Ms: > 0 } ? leg.Millimeters * 1_000 / leg.Ms : null;
}
