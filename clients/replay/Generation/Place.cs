namespace Strava.Replay.Generation;

/// <summary>A position in degrees, before a receiver has rounded it.</summary>
internal readonly record struct Place(double Latitude, double Longitude)
{
    private const double MetersPerRadian = 6_371_008.8;

    public Place Moved(double eastMeters, double northMeters)
    {
        var latitude = Latitude + double.RadiansToDegrees(northMeters / MetersPerRadian);
        var shrink = Math.Cos(double.DegreesToRadians((Latitude + latitude) / 2));
        return new Place(latitude, Longitude + double.RadiansToDegrees(eastMeters / (MetersPerRadian * shrink)));
    }

    /// <summary>
    /// Good to a millionth for neighbours; on purpose not the formula whose figures are tested with it.
    /// </summary>
    public double MetersTo(Place other)
    {
        var shrink = Math.Cos(double.DegreesToRadians((Latitude + other.Latitude) / 2));
        var north = double.DegreesToRadians(other.Latitude - Latitude);
        var east = double.DegreesToRadians(other.Longitude - Longitude) * shrink;
        return MetersPerRadian * Math.Sqrt((north * north) + (east * east));
    }
}
