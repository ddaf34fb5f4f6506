using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Reading;

internal static class BoardReaderExtensions
{
    public static WebApplicationBuilder AddBoardReader(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AthleteDirectory>().AddSingleton<LastPages>().AddSingleton<ViewerLines>()
            .AddSingleton<BoardReader>()
            .AddSingleton<RangeTotals>().AddSingleton<OnDemandBoards>().AddSingleton<BoardRenderer>();
        return builder;
    }
}

/// <summary>
/// <c>GET /leaderboards/{sport}</c>: the best of a place in a window, page by page, with the caller's own line.
/// </summary>
internal static class GetPlaceBoard
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public static void MapGetPlaceBoard(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/leaderboards/{sport}", HandleAsync).WithTags("Leaderboards")
            .WithName("GetPlaceBoard").WithSummary("The best of a place in a window, with your own line")
            .WithDescription("By distance. Only activities that everyone may see count.")
            .Refuses(400);

    private static async Task<Results<BoardAnswer, StatusCodeHttpResult, ProblemHttpResult>> HandleAsync(
        [Description("The sport."), AllowedValues("RUN", "RIDE")] string sport,
        [AsParameters] BoardQuery query,
        ClaimsPrincipal caller,
        BoardReader reader,
        OnDemandBoards onDemand,
        BoardRenderer renderer,
        AthleteDirectory athletes,
        TimeProvider time,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var (request, faults) = BoardRequest.Parse(sport, query);
        if (request is null)
        {
            return Problems.Malformed(faults);
        }

        var viewer = await athletes.FindAsync(caller.AthleteId(), cancellationToken);
        var now = time.GetUtcNow();
        var key = request.KeyAt(LocalDay.At(now, viewer?.TimeZone));
        var isOnDemand = OnDemandBoards.Answers(key, now);
        var page = isOnDemand
            ? await onDemand.ReadAsync(key, request.Slice, viewer?.Number, cancellationToken)
            : await reader.ReadAsync(key, request.Slice, viewer?.Number, cancellationToken);
        if (page is null)
        {
            return Problems.Unavailable(
                isOnDemand
                    ? "This board is being worked out; ask again in a moment."
                    : "The boards are away for a moment; activities are being saved as usual.",
                RetryAfter);
        }

        var place = key.Place.Shown(query.Place, viewer?.City);
        var answer = await renderer.RenderAsync(
            page, key, place, page.IsStale(now), withNeighbours: request.Slice.Neighbours > 0, cancellationToken);
        if (page.Next is { } next)
        {
            NextBoardPage.AddLink(http, key, next);
        }

        return EntityTags.IsNotModified(http, answer.Tag)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : answer;
    }
}
