using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Strava.Core.Idempotency;
using Strava.ServiceDefaults;

namespace Strava.Athletes.Friendships;

/// <summary>
/// <c>DELETE /athletes/me/friends/{athleteId}</c>: ends it for both sides. 204 also where there is nothing to end.
/// </summary>
internal static class DeleteFriend
{
    public static void MapDeleteFriend(this IEndpointRouteBuilder me) =>
        me.MapDelete("/friends/{athleteId}", DeleteAsync).WithName("DeleteFriend")
            .WithSummary("End a friendship, or take back or refuse a request, for both sides").Refuses(400, 422);

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid athleteId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var myself = caller.AthleteId();
        if (athleteId == myself)
        {
            return Problems.Impossible("athleteId", "This is yourself.", "befriend-yourself");
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var current = await FriendshipRows.LockAsync(connection, Pair.Of(myself, athleteId), cancellationToken);
        var next = current.End();
        if (next == current)
        {
            // The lock may have made a row, which is not to stay.
            await transaction.RollbackAsync(cancellationToken);
            await connection.KeepAsync(http, TypedResults.NoContent(), cancellationToken);
            return TypedResults.NoContent();
        }

        await FriendshipRows.SaveAsync(connection, next, cancellationToken);
        await connection.KeepAsync(http, TypedResults.NoContent(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }
}
