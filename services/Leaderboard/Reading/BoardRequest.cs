using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Strava.Contracts.Sports;
using Strava.Core.Reading;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Reading;

/// <summary>What a caller asked for, in its own words.</summary>
internal sealed record BoardQuery : PageQuery
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

    [FromQuery(Name = "neighbours")]
    [Description("Lines above and below your own; without it none."), Range(1, BoardRequest.MaxNeighbours)]
    public string? Neighbours { get; init; }
}

/// <summary>The same in ours; every fault names the words that are allowed.</summary>
internal sealed record BoardRequest(Sport Sport, Place Place, Window Window, Period? Period, BoardSlice Slice)
{
    public const int MaxNeighbours = 10;

    /// <returns>The request, or the faults by field.</returns>
    public static (BoardRequest? Request, QueryFaults Faults) Parse(string sport, BoardQuery query)
    {
        var faults = new QueryFaults();
        var (sportValue, place, window) =
            (faults.Sport(sport), Place.Parse(query.Place ?? "global"), Window.Find(query.Window ?? "week"));
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

    private static (BoardRequest? Request, QueryFaults Faults) Of(
        Sport? sport,
        Place? place,
        Window? window,
        Period? period,
        BoardSlice slice,
        QueryFaults faults) =>
        faults.Count > 0
            ? (null, faults)
            : (new BoardRequest(sport!.Value, place!, window!, period, slice), faults);

    /// <param name="localDay">The viewer's day: without a period, the one around it is meant.</param>
    public BoardKey KeyAt(DateOnly localDay) => new(Sport, Place, Window, Period ?? Window.Containing(localDay));

    private static BoardSlice ParseSlice(BoardQuery query, QueryFaults faults)
    {
        var (size, start) = query.Lines(faults);
        return new BoardSlice(
            size,
            start,
            faults.Cursor(query.Cursor, BoardCursor.Parse),
            faults.Number("neighbours", query.Neighbours, 0, MaxNeighbours));
    }

    private static string List(IEnumerable<string> words) => string.Join(", ", words);
}
