using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;

namespace Strava.Figures;

/// <summary>
/// A rule of moving time: windows of legs of at least so long, standing when slower than a threshold, taken off when
/// the standing windows in a row last at least so long. The first is the product's rule.
/// </summary>
internal sealed record MovingRule(int WindowMs, int MillimetersPerSecond, int LeastStretchMs)
{
    public static IReadOnlyList<MovingRule> Compared { get; } =
    [
        new(3_000, 500, 0), new(1_000, 500, 0), new(5_000, 500, 0), new(3_000, 278, 0), new(3_000, 1_000, 0),
        new(3_000, 500, 6_000), new(3_000, 500, 15_000), new(3_000, 1_000, 15_000),
    ];

    public string Name => FormattableString.Invariant(
        $"{WindowMs / 1_000} s, {MillimetersPerSecond / 1_000.0:0.##} m/s") + Stretch;

    private string Stretch =>
        LeastStretchMs > 0 ? FormattableString.Invariant($", over {LeastStretchMs / 1_000} s") : string.Empty;

    public double MovingSeconds(SportRules rules, IReadOnlyList<OrderedPoint> points)
    {
        var reader = LegReader.Begin;
        long activeMs = 0, standingMs = 0, stretchMs = 0, windowMs = 0, windowMillimeters = 0;
        foreach (var (point, interval) in points)
        {
            reader = reader.Next(point, interval, rules, out var leg);
            activeMs += leg.Ms;
            if (leg.Kind == LegKind.Inaccurate)
            {
                continue;
            }

            if (leg.Kind == LegKind.Counted)
            {
                windowMs += leg.Ms;
                windowMillimeters += leg.Millimeters;
                if (windowMs >= WindowMs)
                {
                    CloseWindow();
                }
            }
            else
            {
                CloseWindow();
                CloseStretch();
            }
        }

        CloseWindow();
        CloseStretch();
        return (activeMs - standingMs) / 1_000.0;

        void CloseWindow()
        {
            if (windowMillimeters * 1_000 < MillimetersPerSecond * windowMs)
            {
                stretchMs += windowMs;
            }
            else if (windowMs > 0)
            {
                CloseStretch();
            }

            windowMs = windowMillimeters = 0;
        }

        void CloseStretch()
        {
            standingMs += stretchMs >= LeastStretchMs ? stretchMs : 0;
            stretchMs = 0;
        }
    }
}
