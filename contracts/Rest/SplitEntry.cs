using System.Text.Json.Serialization;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Rest;

/// <summary>A kilometre or mile, or the rest after the last whole one.</summary>
public sealed record SplitEntry
{
    /// <summary>1 for the first.</summary>
    public required int Index { get; init; }

    /// <summary>1,000 m (1,609.344 m of miles), less in the last.</summary>
    public required double DistanceMeters { get; init; }

    /// <summary>Active time in s.</summary>
    public required double ActiveSeconds { get; init; }

    /// <summary>Active less standing still, s; absent where it is not worked out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MovingSeconds { get; init; }

    /// <summary>Distance over moving time, of which pace is the inverse; absent where it is not worked out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? AverageSpeedMetersPerSecond { get; init; }

    /// <summary>Climb in m; <c>null</c> without heights.</summary>
    public double? ElevationGainMeters { get; init; }

    /// <summary>Height at its end less height at its begin, m; absent without heights, or where it is not worked
    /// out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ElevationChangeMeters { get; init; }

    /// <summary>The wire form of a split.</summary>
    public static SplitEntry From(Split split)
    {
        ArgumentNullException.ThrowIfNull(split);
        return new SplitEntry
        {
            Index = split.Index,
            DistanceMeters = split.DistanceMillimeters / 1_000.0,
            ActiveSeconds = split.ActiveMs / 1_000.0,
            ElevationGainMeters = split.ElevationGainCm / 100.0,
        };
    }

    /// <summary>The wire form of a split of a whole track.</summary>
    public static SplitEntry From(AnalyzedSplit analyzed)
    {
        ArgumentNullException.ThrowIfNull(analyzed);
        return From(analyzed.Split) with
        {
            MovingSeconds = analyzed.MovingMs / 1_000.0,
            AverageSpeedMetersPerSecond =
                ActivityDetails.AverageSpeed(analyzed.Split.DistanceMillimeters, analyzed.MovingMs),
            ElevationChangeMeters = analyzed.ElevationChangeCm / 100.0,
        };
    }
}
