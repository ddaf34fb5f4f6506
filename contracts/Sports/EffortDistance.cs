namespace Strava.Contracts.Sports;

/// <summary>A distance over which best times are kept.</summary>
/// <param name="Name">As athletes call it; also its key on the wire.</param>
/// <param name="Millimeters">Its length, mm.</param>
public sealed record EffortDistance(string Name, long Millimeters)
{
    /// <summary>
    /// Best times over it are told with every activity, whatever the sport: challenges are about them.
    /// </summary>
    public static EffortDistance FiveKilometers { get; } = new("5 km", 5_000_000);

    /// <summary>The same over twice that.</summary>
    public static EffortDistance TenKilometers { get; } = new("10 km", 10_000_000);
}
