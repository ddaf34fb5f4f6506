using System.Globalization;
using NpgsqlTypes;

namespace Strava.LocalLegends.Segments;

/// <summary>A box on the map in degrees. Where west is greater than east it lies across the date line.</summary>
internal readonly record struct MapBox(double West, double South, double East, double North)
{
    /// <param name="text"><c>west,south,east,north</c>, the order of GeoJSON.</param>
    /// <returns><c>null</c>: no box.</returns>
    public static MapBox? Parse(string? text)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (text is not { Length: <= 100 } || text.Split(',') is not [var w, var s, var e, var n])
        {
            return null;
        }

        Span<double> degrees = stackalloc double[4];
        string[] parts = [w, s, e, n];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i], Style, CultureInfo.InvariantCulture, out degrees[i])
                || !(Math.Abs(degrees[i]) <= (i % 2 == 0 ? 180 : 90)))
            {
                return null;
            }
        }

        return degrees[1] <= degrees[3] ? new MapBox(degrees[0], degrees[1], degrees[2], degrees[3]) : null;
    }

    /// <summary>
    /// The same box here and once around the globe either way: a segment across the date line is stored with an east
    /// end beyond 180, or a west end beyond -180.
    /// </summary>
    public NpgsqlBox[] Everywhere()
    {
        var (west, south, east, north) = (West, South, West <= East ? East : East + 360, North);
        return Array.ConvertAll([-360, 0, 360], turn => new NpgsqlBox(north, east + turn, south, west + turn));
    }
}
