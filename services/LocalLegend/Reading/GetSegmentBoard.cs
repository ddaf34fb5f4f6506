using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Strava.Contracts.Rest;
using Strava.Core.Reading;
using Strava.ServiceDefaults;

namespace Strava.LocalLegends.Reading;

/// <summary>Which board, and which of its lines, in the caller's own words.</summary>
internal sealed record SegmentBoardQuery
{
    public const int MaxLines = 100;

    [FromQuery(Name = "window")]
    [Description("Without it all; year: this year of the segment's days."), AllowedValues("all", "year")]
    public string? Window { get; init; }

    [FromQuery(Name = "friends")]
    [Description("Only you and your friends."), AllowedValues("true", "false")]
    public string? Friends { get; init; }

    [FromQuery(Name = "top")]
    [Description("Lines; without it 100."), Range(1, MaxLines)]
    public string? Top { get; init; }

    [FromQuery(Name = "cursor")]
    [Description("The next of a page.")]
    public string? Cursor { get; init; }
}

/// <summary><c>GET /segments/{id}/leaderboard</c>: each athlete's fastest.</summary>
internal static class GetSegmentBoard
{
    public static void MapGetSegmentBoard(this IEndpointRouteBuilder segments) =>
        segments.MapGet("/{id:guid}/leaderboard", HandleAsync).WithName("GetSegmentBoard")
            .WithSummary("Each athlete's fastest effort, with your own line")
            .Refuses(400, 404);

    private static async Task<Results<Ok<SegmentBoard>, StatusCodeHttpResult, ProblemHttpResult>> HandleAsync(
        Guid id,
        [AsParameters] SegmentBoardQuery query,
        ClaimsPrincipal caller,
        SegmentReading reading,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var faults = new QueryFaults();
        var size = faults.Number("top", query.Top, SegmentBoardQuery.MaxLines, SegmentBoardQuery.MaxLines);
        var after = faults.Cursor(query.Cursor, EffortCursor.Parse);
        if (query.Window is not (null or "all" or "year"))
        {
            faults["window"] = ["Unknown window; allowed: all, year."];
        }

        if (query.Friends is not (null or "true" or "false"))
        {
            faults["friends"] = ["Must be true or false; allowed: true, false."];
        }

        if (faults.Count > 0)
        {
            return Problems.Malformed(faults);
        }

        var (segment, refusal) = await reading.FindAsync(id, caller, cancellationToken);
        if (segment is null)
        {
            return refusal!;
        }

        var year = query.Window == "year" ? (short)reading.Today(segment).Year : (short)0;
        var wanted = new BoardPage(segment.Number, year, caller.AthleteId(), after ?? EffortCursor.First, size);
        var (lines, total) = query.Friends == "true"
            ? await SegmentBoards.FriendsAsync(reading.Database, wanted, cancellationToken)
            : await SegmentBoards.AllAsync(reading.Database, wanted, cancellationToken);
        var page = lines.Where(line => !line.IsViewers).ToList();
        var hasNext = page.Count > size;
        page = hasNext ? page[..size] : page;
        var board = new SegmentBoard
        {
            SegmentId = id,
            Window = query.Window ?? "all",
            Entries = page.ConvertAll(line => line.ToEntry(segment.LengthMillimeters)),
            Viewer = lines.Find(line => line.IsViewers)?.ToEntry(segment.LengthMillimeters),
            Total = total,
            Next = hasNext ? page[^1].Cursor.ToString() : null,
        };
        if (board.Next is { } next)
        {
            NextLink.Add(http, "cursor", next);
        }

        return Shown.As(http, board);
    }
}
