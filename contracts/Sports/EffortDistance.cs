namespace Strava.Contracts.Sports;

/// <summary>A distance over which best times are kept.</summary>
/// <param name="Name">As athletes call it; also its key on the wire.</param>
/// <param name="Millimeters">Its length, mm.</param>
public sealed record EffortDistance(string Name, long Millimeters);
