using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Contracts.Rest;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Reading;

internal static class BoardReaderExtensions
{
    public static WebApplicationBuilder AddBoardReader(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AthleteDirectory>().AddSingleton<LastPages>().AddSingleton<BoardReader>();
        return builder;
    }
}

/// <summary><c>GET /leaderboards/{sport}</c>: the best of a place in a window, with the caller's own line.</summary>
internal static class GetPlaceBoard
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public static void MapGetPlaceBoard(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/leaderboards/{sport}", HandleAsync).WithTags("Leaderboards");

    private static async Task<Results<Ok<PlaceBoard>, ProblemHttpResult>> HandleAsync(
        string sport,
        string? place,
        string? window,
        string? period,
        string? top,
        ClaimsPrincipal caller,
        BoardReader reader,
        AthleteDirectory athletes,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var (request, faults) = BoardRequest.Parse(sport, place, window, period, top);
        if (request is null)
        {
            return Problems.Malformed(faults);
        }

        var viewer = await athletes.FindAsync(caller.AthleteId(), cancellationToken);
        var now = time.GetUtcNow();
        var board = request.KeyAt(LocalDay.At(now, viewer?.TimeZone));
        if (board.Window.ExpiresAt(board.Period) <= now)
        {
            var oldest = board.Window.OldestKept(now).Text;
            return Problems.Malformed("period", $"No longer kept; allowed with window {board.Window.Word}: {oldest} and later.");
        }

        var page = await reader.ReadAsync(board, request.Top, viewer?.Number, cancellationToken);
        return page is null
            ? Problems.Unavailable("The boards are away for a moment; activities are being saved as usual.", RetryAfter)
            : TypedResults.Ok(await ToPlaceBoardAsync(board, page, athletes, now, cancellationToken));
    }

    private static async Task<PlaceBoard> ToPlaceBoardAsync(
        BoardKey board, BoardPage page, AthleteDirectory athletes, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var known = await athletes.FindAsync(page.Lines.Select(line => line.Athlete), cancellationToken);
        return new PlaceBoard
        {
            Board = new PlaceBoard.BoardHeader
            {
                Sport = board.Sport,
                Place = board.Place.Word,
                Window = board.Window.Word,
                Period = board.Period.Text,
                AsOf = page.At,
                Stale = page.IsStale(now),
            },
            Entries =
            [
                .. from line in page.Lines
                   let athlete = known.GetValueOrDefault(line.Athlete)
                   where athlete is not null
                   select new PlaceBoard.BoardEntry
                   {
                       Rank = line.Rank,
                       AthleteId = athlete.Id,
                       AthleteName = athlete.Name,
                       DistanceMeters = line.Score.DistanceMeters,
                       Activities = line.Score.Activities,
                   },
            ],
            Viewer = page.Viewer is { } own
                ? new PlaceBoard.BoardViewer
                {
                    Rank = own.Rank,
                    DistanceMeters = own.Score.DistanceMeters,
                    Activities = own.Score.Activities,
                }
                : null,
            Total = page.Total,
        };
    }
}
