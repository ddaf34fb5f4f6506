using System.Globalization;

namespace Strava.Oracle;

/// <summary>A line of a board, in the integers that Redis holds.</summary>
internal sealed record Line(Guid Athlete, long Centimeters, int Activities)
{
    /// <summary>leaderboards.md: centimetres * 2^16 + activities.</summary>
    public long Score => (Centimeters * 65_536) + Activities;
}

/// <summary>A board: what it is called in Redis and in the API, and its lines, best first.</summary>
internal sealed record Board(
    string Key, string Sport, string Place, string Window, string? Period, IReadOnlyList<Line> Lines);

/// <summary>
/// When an athlete's place was learned of; kept by the Leaderboard service, because no message carries it.
/// </summary>
internal sealed record PlaceSince(long Version, DateTimeOffset Since, string? Country);

/// <summary>Every board that there must be, by adding up one activity after the other.</summary>
internal sealed class Boards(Truth truth, IReadOnlyDictionary<Guid, List<PlaceSince>> places, DateTimeOffset now)
{
    public IReadOnlyList<Board> All()
    {
        var sums = new Dictionary<
            (string Sport, string Place, string Window, string? Period), Dictionary<Guid, (long Mm, int Count)>>();
        foreach (var activity in truth.Saved.Where(activity => activity.Visibility == "EVERYONE"))
        {
            foreach (var (place, window, period) in Slots(activity))
            {
                var key = (activity.Sport, place, window, period);
                var board = sums.TryGetValue(key, out var known) ? known : sums[key] = [];
                var (mm, count) = board.GetValueOrDefault(activity.AthleteId);
                board[activity.AthleteId] = (mm + activity.Figures!.DistanceMm, count + 1);
            }
        }

        return [.. sums.Select(sum => Make(sum.Key, sum.Value)).Where(board => board.Lines.Count > 0)];
    }

    private static Board Make(
        (string Sport, string Place, string Window, string? Period) of, Dictionary<Guid, (long Mm, int Count)> sums)
    {
        var code = of.Place == "global" ? of.Place : of.Place["country:".Length..];
        var suffix = of.Period is null ? "" : $":{of.Period}";
        var sport = of.Sport == "RUN" ? "run" : "ride";
        return new Board(
            $"leaderboard:{{{sport}:{code}:{of.Window}{suffix}}}", of.Sport, of.Place, of.Window, of.Period,
            [.. sums.Select(sum => new Line(sum.Key, sum.Value.Mm / 10, sum.Value.Count))
                .Where(line => line.Centimeters > 0)
                .OrderByDescending(line => line.Score)]);
    }

    private IEnumerable<(string Place, string Window, string? Period)> Slots(Activity activity)
    {
        var day = activity.Figures!.LocalDate.ToDateTime(TimeOnly.MinValue);
        var (year, week) = (ISOWeek.GetYear(day), ISOWeek.GetWeekOfYear(day));
        var monday = ISOWeek.ToDateTime(year, week, DayOfWeek.Monday);
        // A day ends everywhere twelve hours after it has ended in Greenwich.
        var closes = new DateTimeOffset(monday.AddDays(7).AddHours(12), TimeSpan.Zero);
        string?[] everAfter = ["global", CountryPlace(activity.AthleteId, DateTimeOffset.MaxValue)];
        foreach (var place in everAfter)
        {
            if (place is not null)
            {
                yield return (place, "all", null);
            }
        }

        if (now >= closes.AddDays(35))
        {
            yield break;
        }

        foreach (var place in new[] { "global", CountryPlace(activity.AthleteId, closes) })
        {
            if (place is not null)
            {
                yield return (place, "week", string.Create(CultureInfo.InvariantCulture, $"{year:0000}-W{week:00}"));
            }
        }
    }

    /// <summary>The newest place learned of before the period closed; before the first one, the first one.</summary>
    private string? CountryPlace(Guid athlete, DateTimeOffset closes)
    {
        var known = places.GetValueOrDefault(athlete) ?? [];
        var place = closes == DateTimeOffset.MaxValue
            ? truth.Athletes.GetValueOrDefault(athlete)?.Country
            : (known.Where(since => since.Since < closes).MaxBy(since => since.Version)
                ?? known.MinBy(since => since.Version))?.Country;
        return place is null ? null : $"country:{place}";
    }
}
