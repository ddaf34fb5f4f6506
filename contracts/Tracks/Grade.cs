namespace Strava.Contracts.Tracks;

/// <summary>
/// How steep the way is at each point: the heights' difference over the way, 25 m to either side for a barometer and 50
/// m for GPS heights, or to the next point where points are farther apart. O(n).
/// </summary>
internal static class Grade
{
    private const int BarometricMillimeters = 25_000;
    private const int GpsMillimeters = 50_000;

    // Over less way a height's grain is steeper than any road.
    private const int LeastMillimeters = 10_000;
    private const int SteepestPermille = 1_000;

    /// <returns>Permille, up is positive; <c>null</c> without heights or way enough.</returns>
    internal static int?[] Of(TrackSeries series)
    {
        var reach = series.Elevation.Source == ElevationSource.Barometric ? BarometricMillimeters : GpsMillimeters;
        var permille = new int?[series.Legs.Length];
        var row = new List<int>();
        for (var index = 0; index <= permille.Length; index++)
        {
            // A row ends where the way to the next height is not known: at a pause or a jump.
            if (index == permille.Length || series.Legs[index].IsBreak)
            {
                OfRow(series, row, reach, permille);
                row.Clear();
            }

            if (index < permille.Length && series.HeightCm[index] is not null)
            {
                row.Add(index);
            }
        }

        return permille;
    }

    private static void OfRow(TrackSeries series, List<int> row, long reach, int?[] permille)
    {
        int from = 0, to = 0;
        for (var at = 0; at < row.Count; at++)
        {
            var here = series.DistanceMillimeters[row[at]];
            while (series.DistanceMillimeters[row[from]] < here - reach && from < at - 1)
            {
                from++;
            }

            while (to + 1 < row.Count && (to <= at || series.DistanceMillimeters[row[to + 1]] <= here + reach))
            {
                to++;
            }

            var way = series.DistanceMillimeters[row[to]] - series.DistanceMillimeters[row[from]];
            if (way >= LeastMillimeters)
            {
                var riseCm = series.HeightCm[row[to]]!.Value - series.HeightCm[row[from]]!.Value;
                permille[row[at]] = (int)Math.Clamp(riseCm * 10_000 / way, -SteepestPermille, SteepestPermille);
            }
        }
    }
}
