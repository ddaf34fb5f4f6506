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
internal sealed record PlaceSince(long Version, DateTimeOffset Since, Home Home);

/// <summary>Every board that there must be, by adding up one activity after the other.</summary>
internal sealed class Boards(
    Truth truth,
    IReadOnlyDictionary<Guid, List<PlaceSince>> places,
    IReadOnlySet<Guid> flagged,
    DateTimeOffset now)
{
    public IReadOnlyList<Board> All() => Sum(
        from activity in truth.Saved
        where activity.Visibility == "EVERYONE" && !flagged.Contains(activity.AthleteId)
        from slot in Slots(activity)
        select ((activity.Sport, slot.Place, slot.Window, slot.Period), activity));

    /// <summary>
    /// Boards of what has started from one moment on and before another; none of them stands anywhere.
    /// </summary>
    public IReadOnlyList<Board> Range(DateTimeOffset since, DateTimeOffset past)
    {
        var period = $"{Text(since)}/{Text(past)}";
        return Sum(
            from activity in truth.Saved
            where activity.Visibility == "EVERYONE" && !flagged.Contains(activity.AthleteId)
            where activity.StartedAt >= since && activity.StartedAt < past
            from place in PlacesOf(HomeWhen(activity.AthleteId, past))
            select ((activity.Sport, place, "range", (string?)period), activity));
    }

    private static string Text(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Adds each activity to the board that it is named with.</summary>
    public static IReadOnlyList<Board> Sum(
        IEnumerable<((string Sport, string Place, string Window, string? Period) Of, Activity Activity)> entries)
    {
        var sums = new Dictionary<
            (string Sport, string Place, string Window, string? Period), Dictionary<Guid, (long Mm, int Count)>>();
        foreach (var (key, activity) in entries)
        {
            var board = sums.TryGetValue(key, out var known) ? known : sums[key] = [];
            var (mm, count) = board.GetValueOrDefault(activity.AthleteId);
            board[activity.AthleteId] = (mm + activity.Figures!.DistanceMm, count + 1);
        }

        return [.. sums.Select(sum => Make(sum.Key, sum.Value)).Where(board => board.Lines.Count > 0)];
    }

    private static Board Make(
        (string Sport, string Place, string Window, string? Period) of, Dictionary<Guid, (long Mm, int Count)> sums)
    {
        // Countries and regions stand in keys by their codes, cities with their kind, all else percent-encoded.
        var colon = of.Place.IndexOf(':', StringComparison.Ordinal);
        var code = of.Place.StartsWith("city:", StringComparison.Ordinal)
            ? $"city:{Uri.EscapeDataString(of.Place[5..])}"
            : of.Place[(colon + 1)..];
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
        foreach (var place in PlacesOf(truth.Athletes.GetValueOrDefault(activity.AthleteId)?.Home))
        {
            yield return (place, "all", null);
        }

        foreach (var (window, period, end, kept) in Periods(activity.Figures!.LocalDate.ToDateTime(TimeOnly.MinValue)))
        {
            // A day ends everywhere twelve hours after it has ended in Greenwich.
            var closes = new DateTimeOffset(end.AddHours(12), TimeSpan.Zero);
            if (now >= kept(closes))
            {
                continue;
            }

            foreach (var place in PlacesOf(HomeWhen(activity.AthleteId, closes)))
            {
                yield return (place, window, period);
            }
        }
    }

    /// <summary>leaderboards.md: the windows of the calendar and how long their boards stay.</summary>
    private static IEnumerable<(string Window, string Period, DateTime End, Func<DateTimeOffset, DateTimeOffset> Kept)>
        Periods(DateTime day)
    {
        var (year, week) = (ISOWeek.GetYear(day), ISOWeek.GetWeekOfYear(day));
        var monday = ISOWeek.ToDateTime(year, week, DayOfWeek.Monday);
        var (january, first) = (new DateTime(day.Year, 1, 1), new DateTime(day.Year, day.Month, 1));
        yield return ("year", Text($"{day:yyyy}"), january.AddYears(1), closes => closes.AddYears(3));
        yield return ("month", Text($"{day:yyyy-MM}"), first.AddMonths(1), closes => closes.AddMonths(14));
        yield return ("week", Text($"{year:0000}-W{week:00}"), monday.AddDays(7), closes => closes.AddDays(5 * 7));
        yield return ("day", Text($"{day:yyyy-MM-dd}"), day.AddDays(1), closes => closes.AddDays(8));

        static string Text(FormattableString text) => FormattableString.Invariant(text);
    }

    public static IEnumerable<string> PlacesOf(Home? home)
    {
        yield return "global";
        if (home?.Country is { } country)
        {
            yield return $"country:{country}";
        }

        if (home?.Region is { } region)
        {
            yield return $"region:{region}";
        }

        var city = string.Join(' ', (home?.City ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (city.Length > 0)
        {
            yield return $"city:{city.ToLowerInvariant()}";
        }
    }

    /// <summary>The newest place learned of before the period closed; before the first one, the first one.</summary>
    private Home? HomeWhen(Guid athlete, DateTimeOffset closes)
    {
        var known = places.GetValueOrDefault(athlete) ?? [];
        return (known.Where(since => since.Since < closes).MaxBy(since => since.Version)
            ?? known.MinBy(since => since.Version))?.Home;
    }
}
