using Strava.Contracts.Sports;

namespace Strava.Contracts.Tracks;

/// <summary>
/// How long, how high and how steep a line is that nobody has recorded: points without times, by the rules of tracks
/// (<see cref="TrackStatistics"/>). O(n), all integers.
/// </summary>
/// <param name="LengthMillimeters">The way along the points, mm.</param>
/// <param name="ClimbCm">Up, cm; <c>null</c> without heights.</param>
/// <param name="DescentCm">Down, cm, positive; <c>null</c> without heights.</param>
/// <param name="AveragePermille">From the first height to the last over the way between them; <c>null</c> without
/// heights or way.</param>
/// <param name="SteepestPermille">The steepest place, up is positive; <c>null</c> without heights or way
/// enough.</param>
public sealed record LineFigures(
    long LengthMillimeters, long? ClimbCm, long? DescentCm, int? AveragePermille, int? SteepestPermille)
{
    /// <summary>Measures a line.</summary>
    /// <param name="sport">The sport whose rules apply.</param>
    /// <param name="line">The points in order; only places and heights are looked at.</param>
    /// <param name="heights">How heights were measured, where that is known: those of a drawn line are a map's.</param>
    /// <exception cref="KeyNotFoundException"><paramref name="sport"/> is no defined sport.</exception>
    public static LineFigures Of(
        Sport sport, IReadOnlyList<TrackPoint> line, ElevationSource? heights = null)
    {
        ArgumentNullException.ThrowIfNull(line);
        OrderedPoint[] points =
        [
            .. line.Select(point => new OrderedPoint(
                new TrackPoint(null, point.LatitudeE6, point.LongitudeE6, point.ElevationCm), Interval: 0)),
        ];
        var series = TrackSeries.Of(SportRules.Of(sport), points, heights);
        var length = points.Length == 0 ? 0 : series.DistanceMillimeters[^1];
        if (series.Elevation.Source is null)
        {
            return new LineFigures(length, null, null, null, null);
        }

        var climb = series.Elevation.Climb;
        return new LineFigures(length, climb.GainCm, climb.LossCm, Average(series, line), Grade.Of(series).Max());
    }

    // Of the heights as they are: smoothed ones lag behind.
    private static int? Average(TrackSeries series, IReadOnlyList<TrackPoint> line)
    {
        var first = Array.FindIndex(series.HeightCm, height => height is not null);
        var last = Array.FindLastIndex(series.HeightCm, height => height is not null);
        var way = series.DistanceMillimeters[last] - series.DistanceMillimeters[first];
        return way == 0
            ? null
            : (int)((line[last].ElevationCm!.Value - line[first].ElevationCm!.Value) * 10_000L / way);
    }
}
