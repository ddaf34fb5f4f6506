using System.Globalization;

namespace Strava.Oracle;

/// <summary>A line that there must be. The less the standing, the better.</summary>
internal sealed record ChallengeLine(Guid Athlete, long Standing, DateTimeOffset ReachedAt, string? Country);

/// <summary>Who has which score, by the streams.</summary>
internal static class ChallengeLines
{
    /// <summary>Best first.</summary>
    public static List<ChallengeLine> Of(ChallengeFacts challenge, Truth truth) =>
    [
        .. challenge.Participants
            .Select(one => LineOf(
                challenge, one.Key, one.Value ?? truth.Athletes.GetValueOrDefault(one.Key)?.Home.Country, truth))
            .OfType<ChallengeLine>().OrderBy(line => line.Standing).ThenBy(line => line.ReachedAt),
    ];

    /// <summary>As the API says it.</summary>
    public static string ScoreOf(ChallengeFacts challenge, ChallengeLine line)
    {
        var unit = challenge.Metric switch { 2 => 100.0, 4 or 5 => 1.0, _ => 1_000.0 };
        return (Math.Abs(line.Standing) / unit).ToString("R", CultureInfo.InvariantCulture);
    }

    private static ChallengeLine? LineOf(ChallengeFacts challenge, Guid athlete, string? country, Truth truth)
    {
        var done = truth.Saved.Where(activity => activity.AthleteId == athlete && challenge.Sports.Contains(activity.Sport)
            && activity.Figures!.LocalDate >= challenge.From && activity.Figures.LocalDate <= challenge.To).ToList();
        (long Standing, DateTimeOffset ReachedAt)? best = challenge.Metric switch
        {
            1 => Sum(done, activity => activity.Figures!.DistanceMm),
            2 => Sum(done, activity => activity.Figures!.GainCm),
            3 => Sum(done, activity => activity.Figures!.MovingMs),
            4 => Sum(done, _ => 1),
            5 => Streak(done),
            6 => Least(done, activity => activity.Figures!.DistanceMm is > 0 and var mm ? -mm : null),
            7 => Least(done, activity => activity.Best5KmMs),
            _ => Least(done, activity => activity.Best10KmMs),
        };
        return best is { } place ? new ChallengeLine(athlete, place.Standing, place.ReachedAt, country) : null;
    }

    private static (long, DateTimeOffset)? Sum(List<Activity> done, Func<Activity, long> of)
    {
        var adding = done.Where(activity => of(activity) > 0).ToList();
        return adding.Count == 0 ? null : (-adding.Sum(of), adding.Max(activity => activity.StartedAt!.Value));
    }

    private static (long, DateTimeOffset)? Least(List<Activity> done, Func<Activity, long?> of)
    {
        var first = done.Where(activity => of(activity) is not null)
            .OrderBy(activity => of(activity)).ThenBy(activity => activity.StartedAt).FirstOrDefault();
        return first is null ? null : (of(first)!.Value, first.StartedAt!.Value);
    }

    /// <summary>Day after day: how many in a row end with this one.</summary>
    private static (long, DateTimeOffset)? Streak(List<Activity> done)
    {
        var best = (Days: 0L, ReachedAt: DateTimeOffset.MinValue);
        var (days, last) = (0L, DateOnly.MinValue);
        foreach (var day in done.GroupBy(activity => activity.Figures!.LocalDate).OrderBy(day => day.Key))
        {
            days = day.Key == last.AddDays(1) ? days + 1 : 1;
            last = day.Key;
            if (days > best.Days)
            {
                best = (days, day.Min(activity => activity.StartedAt!.Value));
            }
        }

        return best.Days == 0 ? null : (-best.Days, best.ReachedAt);
    }
}
