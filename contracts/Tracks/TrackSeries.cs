using Strava.Contracts.Sports;

namespace Strava.Contracts.Tracks;

/// <summary>What the figures of a whole track are taken from, one element a point; O(n). The legs, climbs and standing
/// are those of <see cref="TrackStatistics"/>.</summary>
internal sealed class TrackSeries
{
    private TrackSeries(int count)
    {
        Legs = new Leg[count];
        DistanceMillimeters = new long[count];
        MovingMs = new long[count];
        RiseCm = new long[count];
        HeightCm = new long?[count];
        GainsBefore = new ElevationGains[count];
    }

    /// <summary>The leg that ends at the point.</summary>
    internal Leg[] Legs { get; }

    /// <summary>Distance up to the point, mm.</summary>
    internal long[] DistanceMillimeters { get; }

    /// <summary>Time up to the point without standing still, ms.</summary>
    internal long[] MovingMs { get; }

    /// <summary>Height at the point, smoothed as its source needs; <c>null</c> where it has none.</summary>
    internal long?[] HeightCm { get; }

    /// <summary>Height against the start, cm; the way made in pauses left out.</summary>
    internal long[] RiseCm { get; }

    /// <summary>Climb up to the point, its own height not yet counted.</summary>
    internal ElevationGains[] GainsBefore { get; }

    /// <summary>Climb of the whole track.</summary>
    internal ElevationTotals Elevation { get; private set; }

    internal static TrackSeries Of(
        SportRules rules, IReadOnlyList<OrderedPoint> points, ElevationSource? heights = null)
    {
        var series = new TrackSeries(points.Count) { Elevation = new ElevationTotals { Known = heights } };
        series.ReadLegs(rules, points);
        series.ReadMoving(rules);
        series.ReadHeights(points);
        return series;
    }

    private void ReadLegs(SportRules rules, IReadOnlyList<OrderedPoint> points)
    {
        var reader = LegReader.Begin;
        var meters = 0L;
        for (var index = 0; index < Legs.Length; index++)
        {
            reader = reader.Next(points[index].Point, points[index].Interval, rules, out Legs[index]);
            DistanceMillimeters[index] = meters += Legs[index].Millimeters;
        }
    }

    // Whether a leg was standing is known when its window closes.
    private void ReadMoving(SportRules rules)
    {
        var standing = default(StandingTime);
        var windowFrom = 0;
        for (var index = 0; index <= Legs.Length; index++)
        {
            var leg = index < Legs.Length ? Legs[index] : default;
            if (leg.Kind == LegKind.Inaccurate)
            {
                continue;
            }

            var after = leg.Kind == LegKind.Counted
                ? standing.Add(leg.Millimeters, leg.Ms, rules.StandingMillimetersPerSecond)
                : standing.Close(rules.StandingMillimetersPerSecond);
            if (after.WindowMs == 0)
            {
                var windowTo = leg.Kind == LegKind.Counted ? index : index - 1;
                CountMoving(windowFrom, windowTo, isStanding: after.StandingMs > standing.StandingMs);
                windowFrom = windowTo + 1;
            }

            standing = after;
        }

        for (var index = 1; index < MovingMs.Length; index++)
        {
            MovingMs[index] += MovingMs[index - 1];
        }
    }

    private void CountMoving(int from, int to, bool isStanding)
    {
        for (var index = from; index <= to; index++)
        {
            MovingMs[index] = isStanding && Legs[index].Kind == LegKind.Counted ? 0 : Legs[index].Ms;
        }
    }

    private void ReadHeights(IReadOnlyList<OrderedPoint> points)
    {
        var smoothed = new long[Legs.Length];
        for (var index = 0; index < Legs.Length; index++)
        {
            var kind = Legs[index].Kind;
            Elevation = Legs[index].IsBreak ? Elevation.Break() : Elevation;
            GainsBefore[index] = Elevation.Gains;
            if (points[index].Point.ElevationCm is { } heightCm && kind is not (LegKind.Paused or LegKind.Inaccurate))
            {
                Elevation = Elevation.Add(heightCm);
                HeightCm[index] = heightCm;
                smoothed[index] = Elevation.Gps.Climb.LastCm!.Value;
            }
        }

        var isSmoothed = Elevation.Source == ElevationSource.Gps;
        long? lastCm = null;
        var riseCm = 0L;
        for (var index = 0; index < Legs.Length; index++)
        {
            lastCm = Legs[index].IsBreak ? null : lastCm;
            if (HeightCm[index] is { } rawCm)
            {
                var heightCm = isSmoothed ? smoothed[index] : rawCm;
                riseCm += heightCm - (lastCm ?? heightCm);
                HeightCm[index] = lastCm = heightCm;
            }

            RiseCm[index] = riseCm;
        }
    }
}
