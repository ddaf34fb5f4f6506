using Strava.Contracts.Sports;

namespace Strava.Contracts.Messages;

/// <summary>
/// The figures of a saved activity as of one version of its stream. Consumers keep the version they applied and ignore
/// a message whose version is not newer: the same message twice, late, or after a newer one changes nothing.
/// </summary>
public sealed record ActivitySummary
{
    /// <summary>The activity (= stream id).</summary>
    public required Guid ActivityId { get; init; }

    /// <summary>The owner.</summary>
    public required Guid AthleteId { get; init; }

    /// <summary>Stream version that these figures are as of.</summary>
    public required long Version { get; init; }

    /// <summary>The sport.</summary>
    public required Sport Sport { get; init; }

    /// <summary>What the athlete calls it.</summary>
    public required string Name { get; init; }

    /// <summary>Who may see it.</summary>
    public required Visibility Visibility { get; init; }

    /// <summary>First start, device time, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Saved at, device time, UTC.</summary>
    public required DateTimeOffset CompletedAt { get; init; }

    /// <summary>IANA zone that the local date was stamped with: the recording's, else the profile's, else
    /// UTC.</summary>
    public required string TimeZone { get; init; }

    /// <summary>The athlete-local calendar day of the start, stamped once and for all; weeks, months and years follow
    /// from it.</summary>
    public required DateOnly LocalDate { get; init; }

    /// <summary>Distance in millimetres.</summary>
    public required long DistanceMillimeters { get; init; }

    /// <summary>First start to last stop, ms.</summary>
    public required long TotalMilliseconds { get; init; }

    /// <summary>Total less pauses, ms.</summary>
    public required long ActiveMilliseconds { get; init; }

    /// <summary>Active less standing still, ms.</summary>
    public required long MovingMilliseconds { get; init; }

    /// <summary>Climb in centimetres.</summary>
    public required long ElevationGainCentimeters { get; init; }

    /// <summary>Descent in centimetres.</summary>
    public required long ElevationLossCentimeters { get; init; }

    /// <summary>Points stored.</summary>
    public required int PointCount { get; init; }

    /// <summary>
    /// Least time over 5 km anywhere in it, by the clock, ms; <c>null</c> when it is shorter, or told by a build that
    /// did not know.
    /// </summary>
    public long? Best5KmMilliseconds { get; init; }

    /// <summary>Least time over 10 km, ms, in the same way.</summary>
    public long? Best10KmMilliseconds { get; init; }
}

/// <summary>An activity was saved.</summary>
public sealed record ActivityCompleted
{
    /// <summary>The figures.</summary>
    public required ActivitySummary Activity { get; init; }
}

/// <summary>A saved activity was edited: name, sport, visibility or late points.</summary>
public sealed record ActivityRevised
{
    /// <summary>The figures after the edit.</summary>
    public required ActivitySummary Activity { get; init; }
}

/// <summary>An activity is gone. Consumers keep its version as a tombstone, so that a late older message cannot bring
/// it back.</summary>
public sealed record ActivityDeleted
{
    /// <summary>The activity.</summary>
    public required Guid ActivityId { get; init; }

    /// <summary>The owner.</summary>
    public required Guid AthleteId { get; init; }

    /// <summary>Stream version of the deletion.</summary>
    public required long Version { get; init; }
}

/// <summary>The track of an activity visible to everyone; published when it is saved and when it becomes visible to
/// everyone.</summary>
public sealed record ActivityTrackPublished
{
    /// <summary>The activity.</summary>
    public required Guid ActivityId { get; init; }

    /// <summary>The owner.</summary>
    public required Guid AthleteId { get; init; }

    /// <summary>Stream version.</summary>
    public required long Version { get; init; }

    /// <summary>The sport.</summary>
    public required Sport Sport { get; init; }

    /// <summary>
    /// The ordered points in the form of <see cref="Tracks.PointCodec"/>, base64; <c>null</c> when they exceed 64 KB:
    /// then they are fetched by (id, version).
    /// </summary>
    public required string? Points { get; init; }
}
