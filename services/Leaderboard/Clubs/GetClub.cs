using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Contracts.Rest;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Clubs;

/// <summary><c>GET /clubs/{id}</c>.</summary>
internal static class GetClub
{
    public static void MapGetClub(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/clubs/{id}", GetAsync).WithTags("Clubs").WithName("GetClub")
            .WithSummary("A club, and whether you are a member").Refuses(400, 404);

    private static async Task<Results<Ok<Club>, StatusCodeHttpResult, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal caller, ClubDirectory directory, HttpContext http, CancellationToken cancellationToken)
    {
        if (await directory.ShowAsync(id, caller.AthleteId(), cancellationToken) is not { } club)
        {
            return ClubAnswers.NoSuchClub();
        }

        return EntityTags.IsNotModified(http, ClubAnswers.TagOf(club))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(club);
    }
}
