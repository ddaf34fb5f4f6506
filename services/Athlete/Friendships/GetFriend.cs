using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Strava.ServiceDefaults;

namespace Strava.Athletes.Friendships;

/// <summary><c>GET /athletes/me/friends/{athleteId}</c>.</summary>
internal static class GetFriend
{
    public static void MapGetFriend(this IEndpointRouteBuilder me) =>
        me.MapGet("/friends/{athleteId}", GetAsync).WithName("GetFriend")
            .WithSummary("What there is between you two").Refuses(400, 404);

    private static async Task<Results<Ok<Friend>, StatusCodeHttpResult, ProblemHttpResult>> GetAsync(
        Guid athleteId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var lines = await FriendLines.ReadAsync(database, caller.AthleteId(), athleteId, 0, 1, cancellationToken);
        if (lines is not [var line])
        {
            return Problems.NotFound("There is neither a friendship nor a request between you two.");
        }

        return EntityTags.IsNotModified(http, EntityTags.Weak($"{line.PairVersion}-{line.ProfileVersion}"))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(line.Friend);
    }
}
