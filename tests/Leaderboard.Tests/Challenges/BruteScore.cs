using Strava.Contracts.Messages;
using Strava.Contracts.Rest;

namespace Strava.Leaderboards.Tests.Challenges;

/// <summary>A score the slow way, in memory. Shares no code with the service.</summary>
internal static class BruteScore
{
    public static (long Standing, DateTimeOffset ReachedAt)? Of(ChallengeMetric metric, ActivitySummary[] counting) => metric switch
    {
        ChallengeMetric.Distance => Sum(counting, activity => activity.DistanceMillimeters),
        ChallengeMetric.Elevation => Sum(counting, activity => activity.ElevationGainCentimeters),
        ChallengeMetric.MovingTime => Sum(counting, activity => activity.MovingMilliseconds),
        ChallengeMetric.Count => Sum(counting, _ => 1),
        ChallengeMetric.Streak => Streak(counting),
        ChallengeMetric.Longest => Best(counting, activity => activity.DistanceMillimeters == 0 ? null : -activity.DistanceMillimeters),
        ChallengeMetric.Fastest5K => Best(counting, activity => activity.Best5KmMilliseconds),
        _ => Best(counting, activity => activity.Best10KmMilliseconds),
    };

    private static (long, DateTimeOffset)? Sum(ActivitySummary[] counting, Func<ActivitySummary, long> of) =>
        counting.Sum(of) is > 0 and var sum
            ? (-sum, counting.Where(activity => of(activity) > 0).Max(activity => activity.StartedAt))
            : null;

    private static (long, DateTimeOffset)? Best(ActivitySummary[] counting, Func<ActivitySummary, long?> of)
    {
        var best = counting.Min(of);
        return best is { } standing
            ? (standing, counting.Where(activity => of(activity) == standing).Min(activity => activity.StartedAt))
            : null;
    }

    private static (long, DateTimeOffset)? Streak(ActivitySummary[] counting)
    {
        var days = counting.Select(activity => activity.LocalDate).ToHashSet();
        (long Standing, DateTimeOffset ReachedAt)? best = null;
        foreach (var first in days.Where(day => !days.Contains(day.AddDays(-1))).Order())
        {
            var last = first;
            while (days.Contains(last.AddDays(1)))
            {
                last = last.AddDays(1);
            }

            var length = last.DayNumber - first.DayNumber + 1;
            var reachedAt = counting.Where(activity => activity.LocalDate == last).Min(activity => activity.StartedAt);
            if (best is null || -length < best.Value.Standing)
            {
                best = (-length, reachedAt);
            }
        }

        return best;
    }
}
