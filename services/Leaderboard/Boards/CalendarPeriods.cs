using System.Globalization;

namespace Strava.Leaderboards.Boards;

/// <summary>Days, months and years of the calendar, named as ISO 8601 does: 2026-11-22, 2026-11, 2026.</summary>
internal static class CalendarPeriods
{
    public static Period Day(DateOnly day) => Of(day, "yyyy-MM-dd", first => first.AddDays(1));

    public static Period Month(DateOnly day) => Of(new(day.Year, day.Month, 1), "yyyy-MM", first => first.AddMonths(1));

    public static Period Year(DateOnly day) => Of(new(day.Year, 1, 1), "yyyy", first => first.AddYears(1));

    /// <returns><c>null</c> when the text names no day.</returns>
    public static Period? ParseDay(string text) => Parse(text, "yyyy-MM-dd", Day);

    public static Period? ParseMonth(string text) => Parse(text, "yyyy-MM", Month);

    public static Period? ParseYear(string text) => Parse(text, "yyyy", Year);

    private static Period Of(DateOnly first, string form, Func<DateOnly, DateOnly> end) =>
        new(first.ToString(form, CultureInfo.InvariantCulture), first, end(first));

    // The exact form, digits in ASCII, no blanks around it, and years that Window.Spans.
    private static Period? Parse(string text, string form, Func<DateOnly, Period> containing) =>
        text.Length == form.Length
        && DateOnly.TryParseExact(text, form, CultureInfo.InvariantCulture, DateTimeStyles.None, out var first)
        && Window.Spans(first)
        && containing(first) is var period
        && period.Text == text
            ? period
            : null;
}
