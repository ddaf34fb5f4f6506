using System.Text.Json.Serialization;
using Strava.Contracts.Sports;

namespace Strava.Contracts.Rest;

/// <summary>A line of a list of activities.</summary>
public sealed record PartialActivity
{
    /// <summary>The activity.</summary>
    public required Guid Id { get; init; }

    /// <summary>The owner.</summary>
    public required Guid AthleteId { get; init; }

    /// <summary>The owner's name; <c>null</c> as long as the profile has not come.</summary>
    public required string? AthleteName { get; init; }

    /// <summary>The sport.</summary>
    public required Sport Type { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>First start, device time.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Distance in m.</summary>
    public required double DistanceMeters { get; init; }

    /// <summary>Total less pauses, s.</summary>
    public required double ActiveSeconds { get; init; }

    /// <summary>Active less standing still, s.</summary>
    public required double MovingSeconds { get; init; }

    /// <summary>Climb in m.</summary>
    public required double ElevationGainMeters { get; init; }
}
