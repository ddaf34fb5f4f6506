namespace Strava.Contracts.Messages;

/// <summary>
/// A service that rebuilds its copies asks Activity how the next saved activities are. Harmless to repeat: the answer
/// is a reading.
/// </summary>
public sealed record ActivitiesWanted
{
    /// <summary>The rebuild that wants them; the answer names it.</summary>
    public required Guid RebuildId { get; init; }

    /// <summary>Queue of the service, to which alone the answer goes.</summary>
    public required string Queue { get; init; }

    /// <summary>
    /// Activities are told in the order of their ids: those after this one. All zeros: from the first.
    /// </summary>
    public required Guid After { get; init; }

    /// <summary>Whether the tracks of activities that everyone may see are wanted too.</summary>
    public required bool Tracks { get; init; }
}

/// <summary>How some activities are at the moment of reading, in the words in which they were published.</summary>
public sealed record ActivitiesTold
{
    /// <summary>The rebuild that asked.</summary>
    public required Guid RebuildId { get; init; }

    /// <summary>As it was asked.</summary>
    public required Guid After { get; init; }

    /// <summary>All activities after <see cref="After"/> up to this id are in here.</summary>
    public required Guid UpTo { get; init; }

    /// <summary>There are none after <see cref="UpTo"/>.</summary>
    public required bool IsLast { get; init; }

    /// <summary>About how many there are in all; <c>null</c>: not counted for this answer.</summary>
    public required long? Total { get; init; }

    /// <summary>Saved activities.</summary>
    public required IReadOnlyList<ActivitySummary> Activities { get; init; }

    /// <summary>Activities that were saved and are deleted.</summary>
    public required IReadOnlyList<ActivityDeleted> Deletions { get; init; }

    /// <summary>Tracks of those in <see cref="Activities"/> that everyone may see, if asked for.</summary>
    public required IReadOnlyList<ActivityTrackPublished> Tracks { get; init; }

    /// <summary>Activities that cannot be told: this build of Activity cannot read them.</summary>
    public required IReadOnlyList<Guid> Unreadable { get; init; }
}
