using System.Text.RegularExpressions;
using Strava.Contracts;
using Strava.Contracts.Messages;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>A place as of a moment at which the service learned of it.</summary>
internal sealed record Residence(Guid Athlete, DateTimeOffset Since, string? Country, string? Region, string? City);

/// <summary>
/// The boards by the slow way: the newest message of each activity, summed. Shares no code with the service.
/// </summary>
internal static partial class BruteForce
{
    /// <summary>All profiles came just now, in the order of their versions or as if they had.</summary>
    public static HashSet<(string Board, Guid Athlete, long Score)> Boards(
        IReadOnlyCollection<object> messages, DateTimeOffset now, DateTimeOffset rolled) =>
        Boards(
            messages,
            [
                .. messages.OfType<AthleteProfileChanged>().OrderBy(profile => profile.Version)
                    .Select(p => new Residence(
                        p.AthleteId, now.AddMilliseconds(p.Version - 100), p.Country, p.Region, p.City)),
            ],
            now,
            rolled);

    /// <param name="messages">In any order.</param>
    /// <param name="residences">In the order in which the service learned of them.</param>
    /// <param name="now">By which boards are kept.</param>
    /// <param name="rolled">As of when rolling windows are.</param>
    public static HashSet<(string Board, Guid Athlete, long Score)> Boards(
        IReadOnlyCollection<object> messages,
        IReadOnlyList<Residence> residences,
        DateTimeOffset now,
        DateTimeOffset rolled)
    {
        var totals = new Dictionary<(string, Guid), (long Millimeters, int Count)>();
        foreach (var activity in Counting(messages))
        {
            var homes = residences.Where(home => home.Athlete == activity.AthleteId);
            foreach (var board in Boards(activity, [.. homes], now).Concat(Rolling(activity, [.. homes], rolled)))
            {
                var (millimeters, count) = totals.GetValueOrDefault((board, activity.AthleteId));
                totals[(board, activity.AthleteId)] = (millimeters + activity.DistanceMillimeters, count + 1);
            }
        }

        return
        [
            .. totals.Where(total => total.Value.Millimeters >= 10).Select(total =>
                (total.Key.Item1, total.Key.Item2, (total.Value.Millimeters / 10 * 65_536) + total.Value.Count)),
        ];
    }

    /// <summary>A board of any activities, of those who lived at a place when it closed.</summary>
    public static HashSet<(Guid Athlete, long Score)> Range(
        IReadOnlyCollection<object> messages,
        IReadOnlyList<Residence> residences,
        Func<ActivitySummary, bool> isIn,
        DateTimeOffset closes,
        string place)
    {
        var entries =
            from activity in Counting(messages).Where(isIn)
            group activity by activity.AthleteId into own
            let homes = residences.Where(home => home.Athlete == own.Key).ToList()
            where Places(homes.LastOrDefault(home => home.Since < closes) ?? homes.FirstOrDefault()).Contains(place)
            let millimeters = own.Sum(activity => activity.DistanceMillimeters)
            where millimeters >= 10
            select (own.Key, (millimeters / 10 * 65_536) + own.Count());
        return [.. entries];
    }

    private static IEnumerable<ActivitySummary> Counting(IReadOnlyCollection<object> messages)
    {
        var deleted = messages.OfType<ActivityDeleted>().Select(message => message.ActivityId).ToHashSet();
        return messages.OfType<ActivitySummary>()
            .GroupBy(activity => activity.ActivityId, (_, versions) => versions.MaxBy(activity => activity.Version)!)
            .Where(activity => !deleted.Contains(activity.ActivityId) && activity.Visibility == Visibility.Everyone);
    }

    private static IEnumerable<string> Boards(ActivitySummary activity, List<Residence> homes, DateTimeOffset now)
    {
        var sport = activity.Sport.ToString().ToLowerInvariant();
        var day = activity.LocalDate.ToDateTime(TimeOnly.MinValue);
        foreach (var place in Places(homes.LastOrDefault()))
        {
            yield return $"leaderboard:{{{sport}:{place}:all}}";
        }

        foreach (var (period, end, kept) in Periods(day))
        {
            // The last time zone to end a day is twelve hours behind Greenwich.
            var closes = new DateTimeOffset(end, TimeSpan.Zero).AddHours(12);
            if (now < kept(closes))
            {
                var home = homes.LastOrDefault(home => home.Since < closes) ?? homes.FirstOrDefault();
                foreach (var place in Places(home))
                {
                    yield return $"leaderboard:{{{sport}:{place}:{period}}}";
                }
            }
        }
    }

    private static IEnumerable<string> Rolling(ActivitySummary activity, List<Residence> homes, DateTimeOffset rolled) =>
        from window in new[] { ("24h", 24), ("7d", 7 * 24), ("30d", 30 * 24) }
        where activity.StartedAt <= rolled && rolled - activity.StartedAt < TimeSpan.FromHours(window.Item2)
        from place in Places(homes.LastOrDefault())
        select $"leaderboard:{{{activity.Sport.ToString().ToLowerInvariant()}:{place}:{window.Item1}}}";

    private static IEnumerable<(string Period, DateTime End, Func<DateTimeOffset, DateTimeOffset> Kept)> Periods(
        DateTime day)
    {
        var monday = day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
        // The week's year is that of its Thursday, and its number counts that year's Thursdays.
        var thursday = monday.AddDays(3);
        yield return (
            FormattableString.Invariant($"day:{day:yyyy-MM-dd}"), day.AddDays(1), closes => closes.AddDays(8));
        yield return (
            FormattableString.Invariant($"week:{thursday.Year:0000}-W{((thursday.DayOfYear - 1) / 7) + 1:00}"),
            monday.AddDays(7),
            closes => closes.AddDays(35));
        yield return (
            FormattableString.Invariant($"month:{day:yyyy-MM}"),
            day.Month == 12 ? new DateTime(day.Year + 1, 1, 1) : new DateTime(day.Year, day.Month + 1, 1),
            closes => closes.AddMonths(14));
        yield return (
            FormattableString.Invariant($"year:{day:yyyy}"),
            new DateTime(day.Year + 1, 1, 1),
            closes => closes.AddYears(3));
    }

    private static IEnumerable<string> Places(Residence? home)
    {
        yield return "global";
        if (home?.Country is { } country)
        {
            yield return country;
        }

        if (home?.Region is { } region)
        {
            yield return region;
        }

        if (home?.City is { } city)
        {
            yield return $"city:{Uri.EscapeDataString(Blanks().Replace(city.Trim(), " ").ToLowerInvariant())}";
        }
    }

    [GeneratedRegex(" +")]
    private static partial Regex Blanks();
}
