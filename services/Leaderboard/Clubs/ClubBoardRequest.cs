using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Strava.Core.Reading;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Reading;

namespace Strava.Leaderboards.Clubs;

/// <summary>What a caller asked for, in its own words.</summary>
internal sealed record ClubBoardQuery : PageQuery
{
    [FromQuery(Name = "week")]
    [Description("Without it: this."), AllowedValues("this", "last")]
    public string? Week { get; init; }

    [FromQuery(Name = "sort")]
    [Description("Without it: distance.")]
    [AllowedValues("distance", "movingTime", "elevation", "averagePace", "longest", "activities")]
    public string? Sort { get; init; }
}

/// <summary>The same in ours; every fault names the words that are allowed.</summary>
internal sealed record ClubBoardRequest(string Week, ClubSlice Slice)
{
    /// <returns>The request, or the faults by field.</returns>
    public static (ClubBoardRequest? Request, QueryFaults Faults) Parse(ClubBoardQuery query)
    {
        var faults = new QueryFaults();
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

        var (size, start) = query.Lines(faults);
        var cursor = faults.Cursor<ClubCursor>(
            query.Cursor,
            text => ClubCursor.Parse(text) is { } read && (column is null || read.Column == column) ? read : null);
        return faults.Count > 0
            ? (null, faults)
            : (new ClubBoardRequest(week, new ClubSlice(column!, size, start, cursor)), faults);
    }

    /// <summary>
    /// By the reader's own day; who reads on stays in the week that was begun.
    /// </summary>
    public Period WeekAt(DateOnly localDay) =>
        Slice.After is { } cursor ? ClubWeek.OfMonday(cursor.Monday) : ClubWeek.Find(Week, localDay);
}
