using Strava.Contracts.Geo;

namespace Strava.LocalLegends.Matching;

/// <summary>
/// Cells of about the same size all over the globe: rows of one height, each cut into as many columns as its length
/// asks for. The rows at the poles have seven; after the last column comes the first, so nothing ends at ±180.
/// </summary>
internal sealed class CellGrid
{
    private const long FullCircleE6 = 360L * GeoPoint.UnitsPerDegree;
    private const double MetersPerUnit = Haversine.EarthRadiusMeters * Math.PI / 180 / GeoPoint.UnitsPerDegree;

    private readonly int _heightE6;
    private readonly int[] _columns;
    private readonly int _columnBits;

    /// <param name="heightE6">Height of a row, in 1e-6 degree; divides 180 degrees.</param>
    public CellGrid(int heightE6)
    {
        _heightE6 = heightE6;
        _columns = new int[(int)(FullCircleE6 / 2 / heightE6)];
        for (var row = 0; row < _columns.Length; row++)
        {
            // Its longer edge, the one nearer to the equator.
            var edgeE6 = Math.Max(0, Math.Max(SouthE6(row), -SouthE6(row + 1)));
            var cosine = Math.Cos(double.DegreesToRadians((double)edgeE6 / GeoPoint.UnitsPerDegree));
            _columns[row] = Math.Max(1, (int)Math.Ceiling(cosine * FullCircleE6 / heightE6));
        }

        _columnBits = (int)Math.Ceiling(Math.Log2(FullCircleE6 / heightE6));
    }

    public long Of(GeoPoint point)
    {
        var row = RowOf(point.LatitudeE6);
        return Cell(row, ColumnOf(row, point.LongitudeE6));
    }

    /// <summary>Adds every cell that has a place within the distance; perhaps some more.</summary>
    public void AddAround(GeoPoint point, double meters, ICollection<long> cells)
    {
        var reachE6 = (long)Math.Ceiling(meters / MetersPerUnit);
        var (south, north) = (RowOf(point.LatitudeE6 - reachE6), RowOf(point.LatitudeE6 + reachE6));
        var widthE6 = WidthE6(point.LatitudeE6, reachE6);
        for (var row = south; row <= north; row++)
        {
            var isWhole = widthE6 * 2 >= FullCircleE6 - (FullCircleE6 / _columns[row]);
            var west = isWhole ? 0 : ColumnOf(row, point.LongitudeE6 - widthE6);
            var east = isWhole ? _columns[row] - 1 : ColumnOf(row, point.LongitudeE6 + widthE6);
            for (var column = west; ; column = (column + 1) % _columns[row])
            {
                cells.Add(Cell(row, column));
                if (column == east)
                {
                    break;
                }
            }
        }
    }

    // How far to the east a circle reaches; all around when it holds a pole.
    private static long WidthE6(int latitudeE6, long reachE6)
    {
        if (Math.Abs(latitudeE6) + reachE6 >= FullCircleE6 / 4)
        {
            return FullCircleE6 / 2;
        }

        var (latitude, reach) = (Radians(latitudeE6), Radians(reachE6));
        var width = Math.Asin(Math.Min(1, Math.Sin(reach) / Math.Cos(latitude)));
        return (long)Math.Ceiling(double.RadiansToDegrees(width) * GeoPoint.UnitsPerDegree);
    }

    private static double Radians(long unitsE6) => double.DegreesToRadians((double)unitsE6 / GeoPoint.UnitsPerDegree);

    private long SouthE6(int row) => ((long)row * _heightE6) - (FullCircleE6 / 4);

    private int RowOf(long latitudeE6) =>
        (int)Math.Clamp((latitudeE6 + (FullCircleE6 / 4)) / _heightE6, 0, _columns.Length - 1);

    private int ColumnOf(int row, long longitudeE6)
    {
        var eastE6 = (longitudeE6 + (FullCircleE6 / 2) + FullCircleE6) % FullCircleE6;
        return (int)(eastE6 * _columns[row] / FullCircleE6);
    }

    private long Cell(int row, int column) => ((long)row << _columnBits) | (long)column;
}
