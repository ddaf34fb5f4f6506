namespace Strava.Contracts.Geo;

/// <summary>A position on the globe (WGS 84) in integer millionths of a degree: 0.11 m at the equator.</summary>
/// <param name="LatitudeE6">Latitude, -90,000,000 to 90,000,000.</param>
/// <param name="LongitudeE6">Longitude, -180,000,000 to 180,000,000.</param>
public readonly record struct GeoPoint(int LatitudeE6, int LongitudeE6)
{
    /// <summary>Units a degree.</summary>
    public const int UnitsPerDegree = 1_000_000;

    /// <summary>Latitude in degrees.</summary>
    public double Latitude => (double)LatitudeE6 / UnitsPerDegree;

    /// <summary>Longitude in degrees.</summary>
    public double Longitude => (double)LongitudeE6 / UnitsPerDegree;

    /// <summary>Rounds degrees to the grid, halves away from zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a finite latitude within ±90 or longitude within
    /// ±180.</exception>
    public static GeoPoint FromDegrees(double latitude, double longitude)
    {
        if (!(Math.Abs(latitude) <= 90))
        {
            throw new ArgumentOutOfRangeException(
                nameof(latitude), latitude, "A latitude lies between -90 and 90 degrees.");
        }

        if (!(Math.Abs(longitude) <= 180))
        {
            throw new ArgumentOutOfRangeException(
                nameof(longitude), longitude, "A longitude lies between -180 and 180 degrees.");
        }

        return new GeoPoint(ToUnits(latitude), ToUnits(longitude));
    }

    private static int ToUnits(double degrees) =>
        (int)Math.Round(degrees * UnitsPerDegree, MidpointRounding.AwayFromZero);
}
