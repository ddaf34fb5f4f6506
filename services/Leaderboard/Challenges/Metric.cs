using Strava.Contracts.Rest;

namespace Strava.Leaderboards.Challenges;

/// <summary>
/// How a metric's scores are shown, and how they stand. A standing is an integer of which the less is the better: a
/// score in the ledger's own unit with its sign turned, or a time as it is. So one order, one index and one rank do for
/// all.
/// </summary>
/// <param name="Kind">Which; <c>challenge_score</c> in the migration works it out.</param>
/// <param name="Unit">Of a score as it is shown.</param>
/// <param name="PerUnit">The ledger's units in one of those.</param>
/// <param name="IsTime">The less the better.</param>
internal sealed record Metric(ChallengeMetric Kind, string Unit, int PerUnit, bool IsTime = false)
{
    private static readonly Metric[] All =
    [
        new(ChallengeMetric.Distance, "m", 1_000),
        new(ChallengeMetric.Elevation, "m", 100),
        new(ChallengeMetric.MovingTime, "s", 1_000),
        new(ChallengeMetric.Count, "activities", 1),
        new(ChallengeMetric.Streak, "days", 1),
        new(ChallengeMetric.Longest, "m", 1_000),
        new(ChallengeMetric.Fastest5K, "s", 1_000, IsTime: true),
        new(ChallengeMetric.Fastest10K, "s", 1_000, IsTime: true),
    ];

    public static Metric Of(ChallengeMetric kind) => All.Single(metric => metric.Kind == kind);

    /// <param name="score">Finite and not negative, below 2^53 in the ledger's unit.</param>
    public long Standing(double score)
    {
        var whole = (long)Math.Round(score * PerUnit);
        return IsTime ? whole : -whole;
    }

    public double Score(long standing) => (double)Math.Abs(standing) / PerUnit;
}
