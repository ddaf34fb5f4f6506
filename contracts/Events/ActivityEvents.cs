using System.Text.Json.Serialization;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Events;

// To add a stream event: 1. a sealed record here, past tense; 2. its line in EventTypes; 3. its arm in the Activity
// service's projection; 4. its frozen JSON under tests/. Never change the meaning of a member that has been written.

/// <summary>
/// An event of an activity's stream (stream id = activity id). Bodies are JSON in PascalCase; the alias that is stored
/// with them is the class name in snake case (<c>activity_created</c>). Times are the device's, UTC at 1 ms.
/// </summary>
public abstract record ActivityEvent
{
    private protected ActivityEvent()
    {
    }
}

/// <summary>The stream begins.</summary>
/// <param name="AthleteId">The owner.</param>
/// <param name="Sport">The sport.</param>
/// <param name="Name">What the athlete calls it.</param>
/// <param name="Visibility">Who may see it.</param>
/// <param name="TimeZone">IANA zone of the recording; <c>null</c> means the athlete's own, else UTC.</param>
/// <param name="CreatedAt">The server's time of receipt.</param>
/// <param name="ImportedFileSha256">Lower-case hex of the imported file; <c>null</c> when it was recorded by a
/// phone.</param>
/// <param name="ElevationSource">How the heights are measured, where the recording says it; <c>null</c>: judged by
/// their noise.</param>
public sealed record ActivityCreated(
    Guid AthleteId,
    Sport Sport,
    string Name,
    Visibility Visibility,
    string? TimeZone,
    DateTimeOffset CreatedAt,
    string? ImportedFileSha256 = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    ElevationSource? ElevationSource = null) : ActivityEvent;

/// <summary>Recording began.</summary>
/// <param name="At">Device time.</param>
public sealed record ActivityStarted(DateTimeOffset At) : ActivityEvent;

/// <summary>The athlete paused.</summary>
/// <param name="At">Device time.</param>
public sealed record ActivityPaused(DateTimeOffset At) : ActivityEvent;

/// <summary>Recording went on after a pause or a stop.</summary>
/// <param name="At">Device time.</param>
public sealed record ActivityResumed(DateTimeOffset At) : ActivityEvent;

/// <summary>Recording ended.</summary>
/// <param name="At">Device time.</param>
public sealed record ActivityStopped(DateTimeOffset At) : ActivityEvent;

/// <summary>A chunk of points, never one row a point when they come in bulk.</summary>
/// <param name="Sequence">The phone's number of the chunk; for an unnumbered single point its device time in Unix
/// ms.</param>
/// <param name="Count">Points in the chunk.</param>
/// <param name="Points">The points in the compact form of <see cref="Tracks.PointCodec"/>, base64; <c>null</c> once
/// they are archived.</param>
/// <param name="Archived">Where the points are when they are not here; <c>null</c> while they are.</param>
/// <param name="Posts">Several live posts in one event: the number of points of each, the first numbered
/// <paramref name="Sequence"/>, the next one more. <c>null</c>: one chunk.</param>
public sealed record RouteRecorded(
    long Sequence,
    int Count,
    string? Points,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    ArchivedPoints? Archived = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyList<int>? Posts = null) : ActivityEvent
{
    /// <summary>By value, the posts too.</summary>
    /// <param name="other">Another.</param>
    public bool Equals(RouteRecorded? other) =>
        other is not null && Sequence == other.Sequence && Count == other.Count && Points == other.Points
        && Archived == other.Archived && (Posts ?? []).SequenceEqual(other.Posts ?? []);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Sequence, Count, Points, Archived);
}

/// <summary>Stands in an old event's row for its points. Written by the database's archive functions alone.</summary>
/// <param name="Ref">Key of the object that holds the activity's points.</param>
/// <param name="Sha256">Lower-case hex, over this chunk's bytes as <see cref="Tracks.PointCodec"/> wrote them.</param>
/// <param name="Count">Points in the chunk.</param>
public sealed record ArchivedPoints(
    [property: JsonPropertyName("ref")] string Ref,
    [property: JsonPropertyName("sha256")] string Sha256,
    [property: JsonPropertyName("count")] int Count);

/// <summary>
/// The activity was saved; its figures are final. Written again after a corrected sport, whose rules count other legs.
/// Integers: millimetres, milliseconds, centimetres of height.
/// </summary>
/// <param name="At">Device time.</param>
/// <param name="DistanceMillimeters">Haversine distance over the active intervals.</param>
/// <param name="TotalMilliseconds">First start to last stop.</param>
/// <param name="ActiveMilliseconds">Total less pauses.</param>
/// <param name="MovingMilliseconds">Active less standing still.</param>
/// <param name="ElevationGainCentimeters">Metres climbed, in cm.</param>
/// <param name="ElevationLossCentimeters">Metres descended, in cm.</param>
/// <param name="PointCount">Points stored.</param>
/// <param name="TimeZone">IANA zone of the local day: the recording's, else the athlete's at that time, else
/// UTC.</param>
/// <param name="LocalDate">Athlete-local day of the start, stamped once.</param>
/// <param name="Best5KmMilliseconds">Least time over 5 km; <c>null</c> when shorter, and in what is read from a stream:
/// it is kept beside it, and no longer written here. Some older bodies have it.</param>
/// <param name="Best10KmMilliseconds">Least time over 10 km, in the same way.</param>
public sealed record ActivityCompleted(
    DateTimeOffset At,
    long DistanceMillimeters,
    long TotalMilliseconds,
    long ActiveMilliseconds,
    long MovingMilliseconds,
    long ElevationGainCentimeters,
    long ElevationLossCentimeters,
    int PointCount,
    string TimeZone,
    DateOnly LocalDate,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    long? Best5KmMilliseconds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    long? Best10KmMilliseconds = null) : ActivityEvent;

/// <summary>The athlete gave it another name.</summary>
/// <param name="Name">The new name.</param>
public sealed record ActivityRenamed(string Name) : ActivityEvent;

/// <summary>The athlete described it.</summary>
/// <param name="Description">The new description; empty takes it away.</param>
public sealed record ActivityDescribed(string Description) : ActivityEvent;

/// <summary>The athlete changed who may see it.</summary>
/// <param name="Visibility">The new visibility.</param>
public sealed record ActivityVisibilityChanged(Visibility Visibility) : ActivityEvent;

/// <summary>The athlete corrected the sport.</summary>
/// <param name="Sport">The new sport.</param>
public sealed record ActivitySportChanged(Sport Sport) : ActivityEvent;

/// <summary>The athlete deleted it: it is gone from every list and board; the stream keeps the fact.</summary>
/// <param name="At">The server's time.</param>
public sealed record ActivityDeleted(DateTimeOffset At) : ActivityEvent;
