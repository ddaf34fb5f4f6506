using Strava.Contracts.Geo;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Imports;

/// <summary>
/// Whether two tracks are the same way, recorded twice. Pure and symmetric. Each point of one must lie within 50 m of
/// what the other one did at about that moment: within 120 s for timed tracks, within a twentieth of the way when a
/// track has no times. The moment matters: half of a way out and back lies on the whole of it, and taking them for one
/// would lose the longer.
/// </summary>
/// <remarks>
/// Cost: 1,000 points a track are asked, each walks the other track's points of its window (two hands, no search), and
/// the first that is too far away ends it.
/// </remarks>
internal static class TrackLikeness
{
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(120);
    private const double MaxMeters = 50;
    private const double WayTolerance = 0.05;
    private const int MaxAsked = 1_000;
    private const double MetersPerUnit = Haversine.EarthRadiusMeters * Math.PI / 180 / GeoPoint.UnitsPerDegree;

    /// <summary>Tracks without points are like nothing.</summary>
    public static bool AreAlike(IReadOnlyList<TrackPoint> one, IReadOnlyList<TrackPoint> other)
    {
        if (one.Count == 0 || other.Count == 0)
        {
            return false;
        }

        var areTimed = one.Concat(other).All(point => point.AtMs is not null);
        var (a, b) = areTimed ? (ByTime(one), ByTime(other)) : (ByWay(one), ByWay(other));
        var window = areTimed ? Tolerance.TotalMilliseconds : WayTolerance;
        return LiesAlong(a, b, window) && LiesAlong(b, a, window);
    }

    private static bool LiesAlong(Moment[] asked, Moment[] way, double window)
    {
        var step = Math.Max(1, asked.Length / MaxAsked);
        var middle = 0;
        for (var i = 0; i < asked.Length; i = i == asked.Length - 1 ? asked.Length : Math.Min(i + step, asked.Length - 1))
        {
            while (middle < way.Length - 1 && way[middle + 1].At <= asked[i].At)
            {
                middle++;
            }

            if (!IsNear(asked[i], way, middle, window))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>From the moment itself outwards: on alike tracks the first legs that are looked at are near.</summary>
    private static bool IsNear(Moment asked, Moment[] way, int middle, double window)
    {
        for (var i = middle; i < way.Length && way[i].At <= asked.At + window; i++)
        {
            if (IsNear(asked, way, i))
            {
                return way[^1].At >= asked.At - window;
            }
        }

        for (var i = middle - 1; i >= 0 && way[i + 1].At >= asked.At - window; i--)
        {
            if (IsNear(asked, way, i))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsNear(Moment asked, Moment[] way, int leg) =>
        Meters(asked.Position, way[leg].Position, way[Math.Min(leg + 1, way.Length - 1)].Position) <= MaxMeters;

    /// <summary>From a position to a leg, on the plane that touches the globe there: exact enough for 50 m.</summary>
    private static double Meters(GeoPoint position, GeoPoint from, GeoPoint to)
    {
        var (fromX, fromY) = OnPlane(position, from);
        var (toX, toY) = OnPlane(position, to);
        var (alongX, alongY) = (toX - fromX, toY - fromY);
        var square = (alongX * alongX) + (alongY * alongY);
        var part = square == 0 ? 0 : Math.Clamp(-((fromX * alongX) + (fromY * alongY)) / square, 0, 1);
        return double.Hypot(fromX + (part * alongX), fromY + (part * alongY));
    }

    private static (double X, double Y) OnPlane(GeoPoint origin, GeoPoint point)
    {
        const long Turn = 360L * GeoPoint.UnitsPerDegree;
        var east = Math.IEEERemainder((long)point.LongitudeE6 - origin.LongitudeE6, Turn);
        return (
            east * MetersPerUnit * Math.Cos(origin.Latitude * Math.PI / 180),
            ((long)point.LatitudeE6 - origin.LatitudeE6) * MetersPerUnit);
    }

    private static Moment[] ByTime(IReadOnlyList<TrackPoint> points) =>
        [.. points.OrderBy(point => point.AtMs).Select(point => new Moment(point.AtMs!.Value, point.Position))];

    /// <summary>0 at the first point, 1 at the last.</summary>
    private static Moment[] ByWay(IReadOnlyList<TrackPoint> points)
    {
        var moments = new Moment[points.Count];
        double way = 0;
        for (var i = 0; i < moments.Length; i++)
        {
            way += i == 0 ? 0 : Haversine.DistanceMillimeters(points[i - 1].Position, points[i].Position);
            moments[i] = new Moment(way, points[i].Position);
        }

        return way == 0 ? moments : [.. moments.Select(moment => moment with { At = moment.At / way })];
    }

    private readonly record struct Moment(double At, GeoPoint Position);
}
