using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Strava.Athletes.Profiles;
using Strava.Core.Idempotency;
using Strava.ServiceDefaults;

namespace Strava.Athletes.Friendships;

/// <summary>
/// <c>PUT /athletes/me/friends/{athleteId}</c>: asks, or accepts where the other side has asked. 201 where this call
/// changed something, 200 where it was so already.
/// </summary>
internal static class PutFriend
{
    public static void MapPutFriend(this IEndpointRouteBuilder me) =>
        me.MapPut("/friends/{athleteId}", PutAsync).WithName("PutFriend")
            .WithSummary("Ask for a friendship, or accept it where the other side has asked")
            .WithDescription("It exists when both have. 201 where this call changed something, else 200.")
            .Refuses(400, 404, 409, 422);

    private static async Task<Results<Ok<Friend>, Created<Friend>, ProblemHttpResult>> PutAsync(
        Guid athleteId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var myself = caller.AthleteId();
        if (athleteId == myself)
        {
            return Problems.Impossible("athleteId", "This is yourself: befriend somebody else.", "befriend-yourself");
        }

        if (await ProfileRows.FindAsync(database, athleteId, cancellationToken) is not { } other)
        {
            return Problems.NotFound("There is no such athlete.");
        }

        if (await ProfileRows.FindAsync(database, myself, cancellationToken) is null)
        {
            // The other side could neither see who asks nor accept.
            return Problems.Conflict(
                "profile-missing", "You have no profile yet: PATCH /athletes/me to make it, then ask again.");
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var current = await FriendshipRows.LockAsync(connection, Pair.Of(myself, athleteId), cancellationToken);
        var next = current.Ask(myself);
        var answer = new Friend(athleteId, other.Name, next.StateFor(myself)!.Value);
        if (next == current)
        {
            var repeated = TypedResults.Ok(answer);
            await transaction.RollbackAsync(cancellationToken);
            await connection.KeepAsync(http, repeated, cancellationToken);
            return repeated;
        }

        var created = TypedResults.Created($"/athletes/me/friends/{athleteId}", answer);
        await FriendshipRows.SaveAsync(connection, next, cancellationToken);
        await connection.KeepAsync(http, created, cancellationToken, created.Location);
        await transaction.CommitAsync(cancellationToken);
        return created;
    }
}
