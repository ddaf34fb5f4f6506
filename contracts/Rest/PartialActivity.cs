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

    /// <summary>
    /// Only in the answer to an import: what the athlete may want to look at. Absent when there is nothing.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ActivityWarning>? Warnings { get; init; }
}

/// <summary>Something that was stored all the same.</summary>
/// <param name="Code"><c>overlap</c>: another activity of the athlete covers the same time.</param>
/// <param name="Detail">A sentence for people.</param>
/// <param name="ActivityIds">The activities that it is about.</param>
public sealed record ActivityWarning(string Code, string Detail, IReadOnlyList<Guid> ActivityIds);
