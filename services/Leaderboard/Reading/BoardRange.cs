using System.Globalization;
using Strava.Core.Reading;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Reading;

/// <summary><c>from</c> and <c>to</c>: two athlete-local days, both included, or two moments, the second not.</summary>
internal static class BoardRange
{
    private const int MaxDays = 366;
    private const string Forms =
        "allowed: two days like 2026-08-01 (both included), or two moments like 2026-08-01T06:00:00Z (the second not)";

    private static readonly string[] Moments =
        ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFK", "yyyy-MM-dd'T'HH:mmK"];

    /// <returns><c>null</c> with faults.</returns>
    public static Period? Parse(BoardQuery query, QueryFaults faults)
    {
        if (query.Window is not null || query.Period is not null)
        {
            faults[query.Window is not null ? "window" : "period"] = ["With from and to leave it out."];
        }

        var range = Days(query.From, query.To) ?? Between(query.From, query.To);
        if (range is null)
        {
            faults[query.From is null ? "from" : "to"] = [$"From and to go together; {Forms}."];
        }
        else if (range.First >= range.End || range.Between is { } moments && moments.From >= moments.Past)
        {
            faults["to"] = [$"Must not lie before from; {Forms}."];
        }
        else if (range.Between is { } span
            ? span.Past - span.From > TimeSpan.FromDays(MaxDays)
            : range.End.DayNumber - range.First.DayNumber > MaxDays)
        {
            faults["to"] = [$"Too long; allowed: at most {MaxDays} days."];
        }

        return range;
    }

    private static Period? Days(string? from, string? to) =>
        from is not null && to is not null
        && CalendarPeriods.ParseDay(from) is { } first
        && CalendarPeriods.ParseDay(to) is { } last
            ? new Period($"{from}/{to}", first.First, last.End)
            : null;

    // A start lies within a day of its local date.
    private static Period? Between(string? from, string? to) =>
        Moment(from) is { } first && Moment(to) is { } past
            ? new Period(
                FormattableString.Invariant($"{first:yyyy-MM-dd'T'HH:mm:ss.FFF}Z/{past:yyyy-MM-dd'T'HH:mm:ss.FFF}Z"),
                Day(first).AddDays(-2),
                Day(past).AddDays(3))
            { Between = (first, past) }
            : null;

    private static DateOnly Day(DateTimeOffset moment) => DateOnly.FromDateTime(moment.UtcDateTime);

    // With its zone, or it is no moment.
    private static DateTimeOffset? Moment(string? text) =>
        text is { Length: < 40 }
        && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10)
        && DateTimeOffset.TryParseExact(
            text, Moments, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var moment)
        && Window.Spans(Day(moment))
            ? moment
            : null;
}
