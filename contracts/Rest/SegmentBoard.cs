using System.Text.Json.Serialization;

namespace Strava.Contracts.Rest;

/// <summary>
/// Each athlete's fastest effort on a segment, as <c>GET /segments/{id}/leaderboard</c> answers it. Of equal times the
/// one who was there first is listed first, at the same rank.
/// </summary>
public sealed record SegmentBoard
{
    /// <summary>The segment.</summary>
    public required Guid SegmentId { get; init; }

    /// <summary><c>all</c>, or <c>year</c>: this year of the segment's days.</summary>
    public required string Window { get; init; }

    /// <summary>The page, fastest first.</summary>
    public required IReadOnlyList<SegmentBoardEntry> Entries { get; init; }

    /// <summary>The caller's own line; <c>null</c> when not on this board.</summary>
    public required SegmentBoardEntry? Viewer { get; init; }

    /// <summary>Athletes on this board.</summary>
    public required long Total { get; init; }

    /// <summary>Cursor of the page below this one; <c>null</c>: this is the last.</summary>
    public required string? Next { get; init; }
}

/// <summary>A line of a segment's board.</summary>
public sealed record SegmentBoardEntry
{
    /// <summary>1 for the fastest: one more than there are faster athletes.</summary>
    public required long Rank { get; init; }

    /// <summary>The athlete.</summary>
    public required Guid AthleteId { get; init; }

    /// <summary>Shown name; <c>null</c> as long as the profile has not come.</summary>
    public required string? AthleteName { get; init; }

    /// <summary>From start to end by the clock, pauses included.</summary>
    public required double ElapsedSeconds { get; init; }

    /// <summary>When the effort began.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The activity that it is from.</summary>
    public required Guid ActivityId { get; init; }

    /// <summary>The segment's length over the time.</summary>
    public required double AverageSpeedMetersPerSecond { get; init; }
}

/// <summary>
/// The caller's efforts on a segment, as <c>GET /segments/{id}/efforts</c> answers them, newest first.
/// </summary>
public sealed record SegmentEffort
{
    /// <summary>The segment.</summary>
    public required Guid SegmentId { get; init; }

    /// <summary>The activity that it is from.</summary>
    public required Guid ActivityId { get; init; }

    /// <summary>When it began.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The day of its start, as the segment's time zone has it.</summary>
    public required DateOnly LocalDate { get; init; }

    /// <summary>From start to end by the clock, pauses included.</summary>
    public required double ElapsedSeconds { get; init; }

    /// <summary>The segment's length over the time.</summary>
    public required double AverageSpeedMetersPerSecond { get; init; }

    /// <summary>True for the caller's fastest of all time; of equal times the first.</summary>
    public required bool IsPersonalBest { get; init; }
}
