using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Clubs;

/// <summary>What a caller asked for, in its own words.</summary>
internal sealed record ClubBoardQuery
{
    [FromQuery(Name = "week")]
    [Description("Without it: this."), AllowedValues("this", "last")]
    public string? Week { get; init; }

    [FromQuery(Name = "sort")]
    [Description("Without it: distance.")]
    [AllowedValues("distance", "movingTime", "elevation", "averagePace", "longest", "activities")]
    public string? Sort { get; init; }

    [FromQuery(Name = "top")]
    [Description("Lines of the first page; without it 100."), Range(1, ClubBoardRequest.MaxLines)]
    public string? Top { get; init; }

    [FromQuery(Name = "page")]
    [Description("Page, from 1."), Range(1, ClubBoardRequest.MaxPage)]
    public string? Page { get; init; }

    [FromQuery(Name = "pageSize")]
    [Description("Lines of a page; without it as top says."), Range(1, ClubBoardRequest.MaxLines)]
    public string? PageSize { get; init; }

    [FromQuery(Name = "cursor")]
    [Description("From the Link header of a page.")]
    public string? Cursor { get; init; }
}

/// <summary>The same in ours; every fault names the words that are allowed.</summary>
internal sealed record ClubBoardRequest(string Week, ClubSlice Slice)
{
    public const int MaxLines = 100;
    public const int MaxPage = 100_000;

    /// <returns>The request, or the faults by field.</returns>
    public static (ClubBoardRequest? Request, Dictionary<string, string[]> Faults) Parse(ClubBoardQuery query)
    {
        var faults = new Dictionary<string, string[]>();
        var week = query.Week ?? ClubWeek.This;
        if (week is not (ClubWeek.This or ClubWeek.Last))
        {
            faults["week"] = [$"Unknown week; allowed: {ClubWeek.This}, {ClubWeek.Last}."];
        }

        var column = ClubColumn.Find(query.Sort ?? ClubColumn.Distance.Word);
        if (column is null)
        {
            faults["sort"] = [$"Unknown column; allowed: {ClubColumn.Words}."];
        }

        var top = Number("top", query.Top, MaxLines, MaxLines, faults);
        var size = Number("pageSize", query.PageSize, top, MaxLines, faults);
        var page = Number("page", query.Page, 1, MaxPage, faults);
        var cursor = query.Cursor is null ? null : ClubCursor.Parse(query.Cursor);
        if (query.Cursor is not null && (cursor is null || (column is not null && cursor.Value.Column != column)))
        {
            faults["cursor"] =
                ["This cursor is none of ours for this column; allowed: one from the Link header of a page."];
        }

        var start = cursor is null ? (page - 1L) * size : 0;
        return faults.Count > 0
            ? (null, faults)
            : (new ClubBoardRequest(week, new ClubSlice(column!, size, start, cursor)), faults);
    }

    /// <summary>
    /// By the reader's own day; who reads on stays in the week that was begun.
    /// </summary>
    public Period WeekAt(DateOnly localDay) =>
        Slice.After is { } cursor ? ClubWeek.OfMonday(cursor.Monday) : ClubWeek.Find(Week, localDay);

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
}
