using Strava.Contracts.Rest;

namespace Strava.Contracts.Messages;

/// <summary>
/// An athlete has reached a challenge's goal. Told once for an athlete and a challenge, whatever is corrected
/// afterwards; the broker may repeat it, with the same message id.
/// </summary>
public sealed record ChallengeCompleted
{
    /// <summary>The challenge.</summary>
    public required Guid ChallengeId { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Who has reached the goal.</summary>
    public required Guid AthleteId { get; init; }

    /// <summary>What is counted.</summary>
    public required ChallengeMetric Metric { get; init; }

    /// <summary>Millimetres, centimetres of climb, milliseconds, activities or days, as the metric says.</summary>
    public required long Score { get; init; }

    /// <summary>In the same unit.</summary>
    public required long Goal { get; init; }

    /// <summary>The athlete's activities on the challenge's days.</summary>
    public required int Activities { get; init; }

    /// <summary>Start of the activity that did it, UTC.</summary>
    public required DateTimeOffset ReachedAt { get; init; }
}
