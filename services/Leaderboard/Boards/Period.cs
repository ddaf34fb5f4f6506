using System.Globalization;
using System.Text.RegularExpressions;

namespace Strava.Leaderboards.Boards;

/// <summary>A span of athlete-local days.</summary>
/// <param name="Text">How the API and the keys call it; <c>null</c> for all time.</param>
/// <param name="First">First day.</param>
/// <param name="End">The day after the last.</param>
internal sealed record Period(string? Text, DateOnly First, DateOnly End)
{
    public static Period Ever { get; } = new(null, DateOnly.MinValue, DateOnly.MaxValue);

    /// <summary>
    /// What has started from the first of these moments on and before the second; the days are then only bounds.
    /// </summary>
    public (DateTimeOffset From, DateTimeOffset Past)? Between { get; init; }

    /// <summary>When it has ended everywhere: the last time zone to end a day is UTC-12.</summary>
    public DateTimeOffset ClosesAt =>
        Between is { } moments ? moments.Past
        : End == DateOnly.MaxValue
            ? DateTimeOffset.MaxValue
            : new DateTimeOffset(End, new TimeOnly(12, 0), TimeSpan.Zero);
}

/// <summary>ISO 8601 weeks: Monday to Sunday, the week belongs to the year of its Thursday.</summary>
internal static partial class IsoWeek
{
    public static Period Containing(DateOnly day)
    {
        var time = day.ToDateTime(TimeOnly.MinValue);
        var (year, week) = (ISOWeek.GetYear(time), ISOWeek.GetWeekOfYear(time));
        var monday = DateOnly.FromDateTime(ISOWeek.ToDateTime(year, week, DayOfWeek.Monday));
        return new Period(
            string.Create(CultureInfo.InvariantCulture, $"{year:0000}-W{week:00}"), monday, monday.AddDays(7));
    }

    /// <returns><c>null</c> when the text names no week.</returns>
    public static Period? Parse(string text)
    {
        if (!Form().IsMatch(text))
        {
            return null;
        }

        var year = int.Parse(text.AsSpan(0, 4), CultureInfo.InvariantCulture);
        var week = int.Parse(text.AsSpan(6, 2), CultureInfo.InvariantCulture);
        return week >= 1 && week <= ISOWeek.GetWeeksInYear(year)
            ? Containing(DateOnly.FromDateTime(ISOWeek.ToDateTime(year, week, DayOfWeek.Monday)))
            : null;
    }

    // Years in which a week and its retention stay inside the calendar's range.
    [GeneratedRegex(@"^(19|20|21)[0-9]{2}-W[0-9]{2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
