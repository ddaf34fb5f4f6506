using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Strava.Contracts.Sports;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Reading;

/// <summary>What a caller asked for, in its own words.</summary>
internal sealed record BoardQuery
{
    [FromQuery(Name = "place")]
    [Description("global (also without it), country:CC, region:CC-RR or city:NAME.")]
    public string? Place { get; init; }

    [FromQuery(Name = "window")]
    [Description("Without it: week."), AllowedValues("all", "year", "month", "week", "day", "24h", "7d", "30d")]
    public string? Window { get; init; }

    [FromQuery(Name = "period")]
    [Description("2026, 2026-11, 2026-W47 or 2026-11-22, as the window says; without it the one around your day.")]
    public string? Period { get; init; }

    [FromQuery(Name = "from")]
    [Description("With to, instead of window and period: the first day (2026-08-01) or moment (2026-08-01T06:00:00Z).")]
    public string? From { get; init; }

    [FromQuery(Name = "to")]
    [Description("The last day, or the moment at which it ends. At most 366 days.")]
    public string? To { get; init; }

    [FromQuery(Name = "top")]
    [Description("Lines of the first page; without it 100."), Range(1, BoardRequest.MaxLines)]
    public string? Top { get; init; }

    [FromQuery(Name = "page")]
    [Description("Page, from 1."), Range(1, BoardRequest.MaxPage)]
    public string? Page { get; init; }

    [FromQuery(Name = "pageSize")]
    [Description("Lines of a page; without it as top says."), Range(1, BoardRequest.MaxLines)]
    public string? PageSize { get; init; }

    [FromQuery(Name = "cursor")]
    [Description("From the Link header of a page.")]
    public string? Cursor { get; init; }

    [FromQuery(Name = "neighbours")]
    [Description("Lines above and below your own; without it none."), Range(1, BoardRequest.MaxNeighbours)]
    public string? Neighbours { get; init; }
}

/// <summary>The same in ours; every fault names the words that are allowed.</summary>
internal sealed record BoardRequest(Sport Sport, Place Place, Window Window, Period? Period, BoardSlice Slice)
{
    public const int MaxLines = 100;
    public const int MaxNeighbours = 10;
    public const int MaxPage = 100_000;

    /// <returns>The request, or the faults by field.</returns>
    public static (BoardRequest? Request, Dictionary<string, string[]> Faults) Parse(string sport, BoardQuery query)
    {
        var faults = new Dictionary<string, string[]>();
        var (sportValue, place, window) =
            (SportRules.Parse(sport), Place.Parse(query.Place ?? "global"), Window.Find(query.Window ?? "week"));
        if (sportValue is null)
        {
            faults["sport"] = [$"Unknown sport; allowed: {List(SportRules.All.Select(rules => rules.Word))}."];
        }

        if (place is null)
        {
            faults["place"] = [$"Unknown place; allowed forms: {List(PlaceKind.All.Select(kind => kind.Form))}."];
        }

        if (window is null)
        {
            faults["window"] = [$"Unknown window; allowed: {List(Window.All.Select(known => known.Word))}."];
        }

        if (query.From is not null || query.To is not null)
        {
            var range = BoardRange.Parse(query, faults);
            return Of(sportValue, place, Window.Range, range, ParseSlice(query, faults), faults);
        }

        var period = query.Period is null ? null : window?.Parse(query.Period);
        if (query.Period is not null && window is not null && period is null)
        {
            faults["period"] = window.PeriodForm is { } form
                ? [$"No such period; allowed with window {window.Word}: {form}."]
                : [$"The window {window.Word} has no periods; leave it out."];
        }

        return Of(sportValue, place, window, period, ParseSlice(query, faults), faults);
    }

    private static (BoardRequest? Request, Dictionary<string, string[]> Faults) Of(
        Sport? sport,
        Place? place,
        Window? window,
        Period? period,
        BoardSlice slice,
        Dictionary<string, string[]> faults) =>
        faults.Count > 0
            ? (null, faults)
            : (new BoardRequest(sport!.Value, place!, window!, period, slice), faults);

    /// <param name="localDay">The viewer's day: without a period, the one around it is meant.</param>
    public BoardKey KeyAt(DateOnly localDay) => new(Sport, Place, Window, Period ?? Window.Containing(localDay));

    private static BoardSlice ParseSlice(BoardQuery query, Dictionary<string, string[]> faults)
    {
        var top = Number("top", query.Top, MaxLines, MaxLines, faults);
        var size = Number("pageSize", query.PageSize, top, MaxLines, faults);
        var page = Number("page", query.Page, 1, MaxPage, faults);
        var neighbours = Number("neighbours", query.Neighbours, 0, MaxNeighbours, faults);
        var cursor = query.Cursor is null ? null : BoardCursor.Parse(query.Cursor);
        if (query.Cursor is not null && cursor is null)
        {
            faults["cursor"] = ["This cursor is none of ours; allowed: one from the Link header of a page."];
        }

        // Where both are given the cursor decides, as in every list.
        return new BoardSlice(size, Start: cursor is null ? (page - 1L) * size : 0, cursor, neighbours);
    }

    private static int Number(string field, string? text, int otherwise, int max, Dictionary<string, string[]> faults)
    {
        if (text is null)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= 1
            && value <= max)
        {
            return value;
        }

        faults[field] = [$"Must be one whole number from 1 to {max}."];
        return otherwise;
    }

    private static string List(IEnumerable<string> words) => string.Join(", ", words);
}
