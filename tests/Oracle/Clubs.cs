using System.Globalization;
using System.Numerics;

namespace Strava.Oracle;

/// <summary>What an athlete did in a week for a club: the whole numbers that Redis holds.</summary>
internal sealed record ClubLine(
    Guid Athlete,
    long Centimeters,
    long MovingMs,
    long Decimeters,
    long? PaceMsPerKm,
    long LongestCentimeters,
    int Activities)
{
    /// <summary>Below every pace that there can be.</summary>
    private const long NoPace = -9_007_199_254_740_991;

    public long Score(string column) => column switch
    {
        "distance" => Centimeters,
        "movingTime" => MovingMs,
        "elevation" => Decimeters,
        "averagePace" => PaceMsPerKm is { } pace ? -pace : NoPace,
        "longest" => LongestCentimeters,
        _ => Activities,
    };

    /// <summary>As the hash of totals has it.</summary>
    public string Text => FormattableString.Invariant(
        $"{Centimeters} {MovingMs} {Decimeters} {PaceMsPerKm} {LongestCentimeters} {Activities}");
}

/// <summary>A club's board of a week: its keys' beginning, and its lines.</summary>
internal sealed record ClubWeekBoard(string Stem, Club Club, string Week, IReadOnlyList<ClubLine> Lines)
{
    public static readonly string[] Columns =
        ["distance", "movingTime", "elevation", "averagePace", "longest", "activities"];
}

/// <summary>Every club board that there must be, from the streams and the memberships alone.</summary>
internal static class Clubs
{
    public static IReadOnlyList<ClubWeekBoard> Boards(Truth truth, IEnumerable<Club> clubs, DateTimeOffset now)
    {
        var boards = new List<ClubWeekBoard>();
        foreach (var club in clubs)
        {
            var counting = truth.Saved.Where(activity =>
                activity.Visibility == "EVERYONE"
                && activity.Sport == club.Sport
                && club.Members.Contains(activity.AthleteId));
            foreach (var week in counting.GroupBy(activity => MondayOf(activity.Figures!.LocalDate)))
            {
                // A week ends everywhere twelve hours after it has ended in Greenwich; two weeks later its boards go.
                if (now >= new DateTimeOffset(week.Key.AddDays(7 + 14).AddHours(12), TimeSpan.Zero))
                {
                    continue;
                }

                var name = FormattableString.Invariant(
                    $"{ISOWeek.GetYear(week.Key):0000}-W{ISOWeek.GetWeekOfYear(week.Key):00}");
                boards.Add(new ClubWeekBoard(
                    FormattableString.Invariant($"leaderboard:club:{{{club.Number}:{name}}}"),
                    club,
                    name,
                    [.. week.GroupBy(activity => activity.AthleteId).Select(Sum)]));
            }
        }

        return boards;
    }

    private static DateTime MondayOf(DateOnly date)
    {
        var day = date.ToDateTime(TimeOnly.MinValue);
        return ISOWeek.ToDateTime(ISOWeek.GetYear(day), ISOWeek.GetWeekOfYear(day), DayOfWeek.Monday);
    }

    private static ClubLine Sum(IGrouping<Guid, Activity> of)
    {
        var (mm, ms, cm, pacedMm, pacedMs, longest, count) = (0L, 0L, 0L, 0L, 0L, 0L, 0);
        foreach (var figures in of.Select(activity => activity.Figures!))
        {
            (mm, ms, cm, count) = (mm + figures.DistanceMm, ms + figures.MovingMs, cm + figures.GainCm, count + 1);
            longest = Math.Max(longest, figures.DistanceMm);
            if (figures is { MovingMs: > 0, DistanceMm: > 0 })
            {
                (pacedMm, pacedMs) = (pacedMm + figures.DistanceMm, pacedMs + figures.MovingMs);
            }
        }

        long? pace = pacedMm < 10 ? null : (long)(new BigInteger(pacedMs) * 1_000_000 / pacedMm);
        return new ClubLine(of.Key, mm / 10, ms, cm / 10, pace, longest / 10, count);
    }
}
