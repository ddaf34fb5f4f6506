using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Contracts.Rest;
using Strava.Core.Reading;
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
        return await directory.ShowAsync(id, caller.AthleteId(), cancellationToken) is { } club
            ? Shown.As(http, club)
            : ClubAnswers.NoSuchClub();
    }
}
