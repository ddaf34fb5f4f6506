using Strava.Contracts.Sports;

namespace Strava.Contracts.Tracks;

/// <summary>
/// Highest speed. Where at least half of the points bring the device's own speed it is the highest of these: a wheel
/// sensor or a Doppler receiver knows it better than the way between two positions, and has filtered it already.
/// Otherwise it is the highest median of 5 legs in a row, so that a wild point, which spoils two legs, does not count;
/// a track whose longest row of legs is shorter is taken by rows of that length. O(n).
/// </summary>
internal static class TopSpeed
{
    private const int Window = 5;

    internal static long Of(SportRules rules, IReadOnlyList<OrderedPoint> points, Leg[] legs) =>
        OfDevice(rules, points, legs) ?? OfLegs(legs);

    // Beyond what the sport allows it is no speed but a fault, as with legs.
    private static long? OfDevice(SportRules rules, IReadOnlyList<OrderedPoint> points, Leg[] legs)
    {
        long? most = null;
        int counted = 0, told = 0;
        for (var index = 0; index < legs.Length; index++)
        {
            if (legs[index].Kind is LegKind.Paused or LegKind.Inaccurate)
            {
                continue;
            }

            counted++;
            if (points[index].Point.SpeedMillimetersPerSecond is { } speed)
            {
                told++;
                most = speed <= rules.MaxLegMillimetersPerSecond ? Math.Max(most ?? 0, speed) : most;
            }
        }

        return told * 2 >= counted ? most : null;
    }

    private static long OfLegs(Leg[] legs)
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
