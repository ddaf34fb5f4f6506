using System.Globalization;
using Strava.Contracts;
using Strava.Contracts.Messages;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>
/// The boards by the slow way: the newest message of each activity and profile, summed. Shares no code with the
/// service.
/// </summary>
internal static class BruteForce
{
    public static HashSet<(string Board, Guid Athlete, long Score)> Boards(IReadOnlyCollection<object> messages, DateTimeOffset now)
    {
        var deleted = messages.OfType<ActivityDeleted>().Select(message => message.ActivityId).ToHashSet();
        var counting = messages.OfType<ActivitySummary>()
            .GroupBy(activity => activity.ActivityId, (_, versions) => versions.MaxBy(activity => activity.Version)!)
            .Where(activity => !deleted.Contains(activity.ActivityId) && activity.Visibility == Visibility.Everyone);
        var profiles = messages.OfType<AthleteProfileChanged>().ToLookup(profile => profile.AthleteId);
        var totals = new Dictionary<(string, Guid), (long Millimeters, int Count)>();
        foreach (var activity in counting)
        {
            foreach (var board in Boards(activity, [.. profiles[activity.AthleteId].OrderBy(profile => profile.Version)], now))
            {
                var (millimeters, count) = totals.GetValueOrDefault((board, activity.AthleteId));
                totals[(board, activity.AthleteId)] = (millimeters + activity.DistanceMillimeters, count + 1);
            }
        }

        return [.. totals.Select(total => (total.Key.Item1, total.Key.Item2, (total.Value.Millimeters / 10 * 65_536) + total.Value.Count))];
    }

    private static IEnumerable<string> Boards(ActivitySummary activity, List<AthleteProfileChanged> profiles, DateTimeOffset now)
    {
        var sport = activity.Sport.ToString().ToLowerInvariant();
        var time = activity.LocalDate.ToDateTime(TimeOnly.MinValue);
        var week = string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(time)}-W{ISOWeek.GetWeekOfYear(time):00}");
        var nextMonday = new DateTimeOffset(time.AddDays(7 - (((int)time.DayOfWeek + 6) % 7)), TimeSpan.Zero);
        var isClosed = nextMonday.AddHours(12) <= now;
        var isKept = nextMonday.AddHours(12).AddDays(35) > now;
        yield return $"leaderboard:{{{sport}:global:all}}";
        if (profiles.LastOrDefault()?.Country is { } home)
        {
            yield return $"leaderboard:{{{sport}:{home}:all}}";
        }

        if (isKept)
        {
            yield return $"leaderboard:{{{sport}:global:week:{week}}}";
            // All profiles came just now, so a closed week belongs to the first of them.
            if ((isClosed ? profiles.FirstOrDefault() : profiles.LastOrDefault())?.Country is { } then)
            {
                yield return $"leaderboard:{{{sport}:{then}:week:{week}}}";
            }
        }
    }
}
