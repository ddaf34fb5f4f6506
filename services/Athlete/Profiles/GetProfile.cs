using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Strava.ServiceDefaults;

namespace Strava.Athletes.Profiles;

/// <summary><c>GET /athletes/me</c>.</summary>
internal static class GetProfile
{
    public static void MapGetProfile(this IEndpointRouteBuilder me) =>
        me.MapGet("", GetAsync).WithName("GetProfile").WithSummary("Your profile").Refuses(404);

    private static async Task<Results<Ok<Profile>, StatusCodeHttpResult, ProblemHttpResult>> GetAsync(
        ClaimsPrincipal caller, NpgsqlDataSource database, HttpContext http, CancellationToken cancellationToken)
    {
        var profile = await ProfileRows.FindAsync(database, caller.AthleteId(), cancellationToken);
        if (profile is null)
        {
            return Problems.NotFound("You have no profile yet: PATCH /athletes/me to make your profile.");
        }

        return EntityTags.IsNotModified(http, profile.Version)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(profile);
    }
}
