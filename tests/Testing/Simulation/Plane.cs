using Strava.Contracts.Geo;

namespace Strava.Testing.Simulation;

/// <summary>A place on a plane, metres to the east and to the north of its origin.</summary>
internal readonly record struct Spot(double East, double North)
{
    public static Spot operator +(Spot a, Spot b) => new(a.East + b.East, a.North + b.North);

    public static Spot operator -(Spot a, Spot b) => new(a.East - b.East, a.North - b.North);

    public static Spot operator *(double factor, Spot a) => new(factor * a.East, factor * a.North);

    public double Length => Math.Sqrt((East * East) + (North * North));

    public Spot Left => new(-North, East);
}

/// <summary>Lays a plane on the globe: directions and distances from its origin are kept, at a pole too.</summary>
internal sealed class Plane(double latitude, double longitude)
{
    public GeoPoint Place(Spot spot)
    {
        var (sin, cos) = Math.SinCos(double.DegreesToRadians(latitude));
        var (sinEast, cosEast) = Math.SinCos(double.DegreesToRadians(longitude));
        var (sinWay, up) = Math.SinCos(spot.Length / Haversine.EarthRadiusMeters);
        var scale = spot.Length > 0 ? sinWay / spot.Length : 0;
        var (east, north) = (scale * spot.East, scale * spot.North);
        var outward = (up * cos) - (north * sin);
        var (x, y) = ((outward * cosEast) - (east * sinEast), (outward * sinEast) + (east * cosEast));
        return GeoPoint.FromDegrees(
            double.RadiansToDegrees(Math.Atan2((up * sin) + (north * cos), Math.Sqrt((x * x) + (y * y)))),
            double.RadiansToDegrees(Math.Atan2(y, x)));
    }
}
