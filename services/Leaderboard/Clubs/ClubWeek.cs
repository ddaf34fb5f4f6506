using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Clubs;

/// <summary>
/// The weeks that have club boards: ISO weeks of the athletes' own days, until two weeks after their end.
/// </summary>
internal static class ClubWeek
{
    public const string This = "this";
    public const string Last = "last";
    private static readonly TimeSpan Kept = TimeSpan.FromDays(14);

    public static Period OfMonday(DateOnly monday) => IsoWeek.Containing(monday);

    /// <summary>By the reader's day: at any moment "this week" is another one on the other side of the world.</summary>
    public static Period Find(string word, DateOnly localDay) =>
        IsoWeek.Containing(word == Last ? localDay.AddDays(-7) : localDay);

    /// <summary>After this it is neither kept nor written.</summary>
    public static DateTimeOffset ExpiresAt(Period week) => week.ClosesAt + Kept;

    /// <summary>
    /// From the oldest kept to the newest that has begun anywhere (UTC+14). An hour more than Redis keeps, because it
    /// judges by a clock of its own and refuses what it has dropped.
    /// </summary>
    public static IReadOnlyList<Period> AllKept(DateTimeOffset now)
    {
        var weeks = new List<Period>();
        var week = IsoWeek.Containing(DateOnly.FromDateTime(now.UtcDateTime.AddHours(14)));
        while (ExpiresAt(week).AddHours(1) > now)
        {
            weeks.Add(week);
            week = IsoWeek.Containing(week.First.AddDays(-7));
        }

        return weeks;
    }
}
