using Strava.Contracts.Tracks;

namespace Strava.Contracts.Rest;

/// <summary>The least time in which a distance was made anywhere in an activity.</summary>
public sealed record BestEffortEntry
{
    /// <summary>The distance's name, e.g. <c>1 mile</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The distance in m.</summary>
    public required double DistanceMeters { get; init; }

    /// <summary>Time by the clock in s, pauses included.</summary>
    public required double ElapsedSeconds { get; init; }

    /// <summary>Where it begins, s since the activity's start, as in the streams' time.</summary>
    public required double StartSecond { get; init; }

    /// <summary>The wire form of a best effort.</summary>
    public static BestEffortEntry From(BestEffort effort)
    {
        ArgumentNullException.ThrowIfNull(effort);
        return new BestEffortEntry
        {
            Name = effort.Name,
            DistanceMeters = effort.DistanceMillimeters / 1_000.0,
            ElapsedSeconds = effort.ElapsedMs / 1_000.0,
            StartSecond = effort.StartMs / 1_000.0,
        };
    }
}
