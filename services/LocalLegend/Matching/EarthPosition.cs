using System.Numerics;
using Strava.Contracts.Geo;

namespace Strava.LocalLegends.Matching;

/// <summary>
/// Metres from the earth's centre. In space there is neither a pole nor an antimeridian: near each other, two places
/// are as far apart as their positions, to 1 mm in a kilometre.
/// </summary>
internal readonly record struct EarthPosition(double X, double Y, double Z)
{
    private const double RadiansPerUnit = Math.PI / 180 / GeoPoint.UnitsPerDegree;

    public static EarthPosition Of(GeoPoint point)
    {
        var (sinLatitude, cosLatitude) = Math.SinCos(point.LatitudeE6 * RadiansPerUnit);
        var (sinLongitude, cosLongitude) = Math.SinCos(point.LongitudeE6 * RadiansPerUnit);
        return new EarthPosition(
            Haversine.EarthRadiusMeters * cosLatitude * cosLongitude,
            Haversine.EarthRadiusMeters * cosLatitude * sinLongitude,
            Haversine.EarthRadiusMeters * sinLatitude);
    }

    /// <summary>Single precision is 1 cm at 100 km: enough from a place nearby, not from the centre.</summary>
    public Vector3 From(EarthPosition origin) =>
        new((float)(X - origin.X), (float)(Y - origin.Y), (float)(Z - origin.Z));

    public double DistanceTo(EarthPosition other)
    {
        double x = X - other.X, y = Y - other.Y, z = Z - other.Z;
        return Math.Sqrt((x * x) + (y * y) + (z * z));
    }

    /// <summary>A part of the way to another, on the ground below the straight line.</summary>
    public GeoPoint Toward(EarthPosition other, double part)
    {
        double x = X + (part * (other.X - X)), y = Y + (part * (other.Y - Y)), z = Z + (part * (other.Z - Z));
        return new GeoPoint(
            (int)Math.Round(Math.Atan2(z, Math.Sqrt((x * x) + (y * y))) / RadiansPerUnit),
            (int)Math.Round(Math.Atan2(y, x) / RadiansPerUnit));
    }
}
