using System.Text.Json.Serialization;
using Strava.Contracts.Sports;

namespace Strava.Contracts.Rest;

/// <summary>A challenge.</summary>
public sealed record Challenge
{
    /// <summary>The challenge.</summary>
    public required Guid Id { get; init; }

    /// <summary>What its maker calls it.</summary>
    public required string Name { get; init; }

    /// <summary>Activities of these sports count.</summary>
    public required IReadOnlyList<Sport> Sports { get; init; }

    /// <summary>What is counted.</summary>
    public required ChallengeMetric Metric { get; init; }

    /// <summary>Of scores and of the goal: m, s, activities or days.</summary>
    public required string Unit { get; init; }

    /// <summary>The first day, as each athlete's own calendar has it.</summary>
    public required DateOnly StartsOn { get; init; }

    /// <summary>The last day, included.</summary>
    public required DateOnly EndsOn { get; init; }

    /// <summary>When the board becomes final: the last day has passed everywhere, and 72 hours more for phones that
    /// sync late.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public required DateTimeOffset ClosesAt { get; init; }

    /// <summary>What completes it; <c>null</c>: nothing does.</summary>
    public required double? Goal { get; init; }

    /// <summary><c>everyone</c> or <c>country:CC</c>.</summary>
    public required string Scope { get; init; }

    /// <summary>What has become of it.</summary>
    public required ChallengeState State { get; init; }

    /// <summary>Of the final board: 1, and one more with each correction; 0 as long as it is not final.</summary>
    public required int Generation { get; init; }

    /// <summary>Whether the caller takes part.</summary>
    public required bool Joined { get; init; }
}

/// <summary>That an athlete takes part.</summary>
public sealed record ChallengeParticipation
{
    /// <summary>The challenge.</summary>
    public required Guid ChallengeId { get; init; }

    /// <summary>Since when. What was done before, on the challenge's days, counts too.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public required DateTimeOffset JoinedAt { get; init; }
}
