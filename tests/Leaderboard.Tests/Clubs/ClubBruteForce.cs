using System.Globalization;
using Strava.Contracts;
using Strava.Contracts.Messages;

namespace Strava.Leaderboards.Tests.Clubs;

/// <summary>A club as it stands: its number, its sport's word, who is in it.</summary>
internal sealed record ClubNow(long Number, string Sport, IReadOnlyCollection<Guid> Members);

/// <summary>The boards of clubs by the slow way. Shares no code with the service.</summary>
internal static class ClubBruteForce
{
    public static HashSet<(string Key, Guid Athlete, string Value)> Boards(
        IReadOnlyCollection<object> messages, IEnumerable<ClubNow> clubs, DateTimeOffset now)
    {
        var deleted = messages.OfType<ActivityDeleted>().Select(message => message.ActivityId).ToHashSet();
        var counting = messages.OfType<ActivitySummary>()
            .GroupBy(activity => activity.ActivityId, (_, versions) => versions.MaxBy(activity => activity.Version)!)
            .Where(activity => !deleted.Contains(activity.ActivityId) && activity.Visibility == Visibility.Everyone)
            .ToList();
        var entries = new HashSet<(string, Guid, string)>();
        foreach (var club in clubs)
        {
            var weeks = counting
                .Where(activity => club.Members.Contains(activity.AthleteId) && activity.Sport.ToString() == club.Sport)
                .GroupBy(activity => (activity.AthleteId, Monday: Monday(activity.LocalDate)))
                .Where(week => now < new DateTimeOffset(
                    week.Key.Monday.AddDays(7).ToDateTime(new TimeOnly(12, 0)), TimeSpan.Zero).AddDays(14));
            foreach (var week in weeks)
            {
                var monday = week.Key.Monday.ToDateTime(TimeOnly.MinValue);
                var name = $"{ISOWeek.GetYear(monday):0000}-W{ISOWeek.GetWeekOfYear(monday):00}";
                foreach (var (column, value) in Columns([.. week]))
                {
                    entries.Add(($"leaderboard:club:{{{club.Number}:{name}}}:{column}", week.Key.AthleteId, value));
                }
            }
        }

        return entries;
    }

    private static IEnumerable<(string Column, string Value)> Columns(List<ActivitySummary> activities)
    {
        var timed = activities.Where(one => one is { MovingMilliseconds: > 0, DistanceMillimeters: > 0 }).ToList();
        var (far, took) = (timed.Sum(one => one.DistanceMillimeters), timed.Sum(one => one.MovingMilliseconds));
        long? pace = far >= 10 ? (long)Math.Floor((decimal)took * 1_000_000 / far) : null;
        var (distance, moving, climb, longest) = (
            activities.Sum(one => one.DistanceMillimeters) / 10,
            activities.Sum(one => one.MovingMilliseconds),
            activities.Sum(one => one.ElevationGainCentimeters) / 10,
            activities.Max(one => one.DistanceMillimeters) / 10);
        yield return ("distance", $"{distance}");
        yield return ("movingTime", $"{moving}");
        yield return ("elevation", $"{climb}");
        yield return ("averagePace", pace is null ? "-9007199254740991" : $"{-pace}");
        yield return ("longest", $"{longest}");
        yield return ("activities", $"{activities.Count}");
        yield return ("totals", $"{distance} {moving} {climb} {pace} {longest} {activities.Count}");
    }

    private static DateOnly Monday(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
}
