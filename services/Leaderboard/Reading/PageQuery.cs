using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Strava.Core.Reading;

namespace Strava.Leaderboards.Reading;

/// <summary>Which lines of a board a caller asked for, in its own words.</summary>
internal abstract record PageQuery
{
    public const int MaxLines = 100;
    public const int MaxPage = 100_000;

    [FromQuery(Name = "top")]
    [Description("Lines of the first page; without it 100."), Range(1, MaxLines)]
    public string? Top { get; init; }

    [FromQuery(Name = "page")]
    [Description("Page, from 1."), Range(1, MaxPage)]
    public string? Page { get; init; }

    [FromQuery(Name = "pageSize")]
    [Description("Lines of a page; without it as top says."), Range(1, MaxLines)]
    public string? PageSize { get; init; }

    [FromQuery(Name = "cursor")]
    [Description("From the Link header of a page.")]
    public string? Cursor { get; init; }

    /// <returns>Lines of the page; lines above it, unless a cursor decides, as in every list.</returns>
    public (int Size, long Start) Lines(QueryFaults faults)
    {
        var top = faults.Number("top", Top, MaxLines, MaxLines);
        var size = faults.Number("pageSize", PageSize, top, MaxLines);
        var page = faults.Number("page", Page, 1, MaxPage);
        return (size, Cursor is null ? (page - 1L) * size : 0);
    }
}
