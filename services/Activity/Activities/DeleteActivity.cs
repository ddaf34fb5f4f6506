using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Activities.Live;
using Strava.Contracts.Events;
using Strava.Core.Idempotency;
using Strava.ServiceDefaults;

namespace Strava.Activities.Activities;

/// <summary><c>DELETE /activities/{id}</c>: 204, also when the caller has deleted it before.</summary>
internal static class DeleteActivityEndpoint
{
    public static void MapDeleteActivity(this IEndpointRouteBuilder routes) => routes.MapDelete("/activities/{id:guid}", HandleAsync)
        .WithName("DeleteActivity").WithTags("Activities").WithSummary("Delete an activity of yours")
        .WithDescription("It leaves every list and board. Deleting it again is 204 too.")
        .Refuses(403, 404);

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        Guid id, HttpContext context, ActivityStore store, TimeProvider clock, CancellationToken cancellationToken)
    {
        var isGone = await store.FindAsync(id, cancellationToken) is null;
        await using var session = await store.OpenSessionAsync(cancellationToken);
        var (locked, refusal) = isGone ? (null, Problems.NotFound()) : await store.LockForOwnerAsync(session, context, id, [], cancellationToken);
        if (locked is null)
        {
            // Also where another of the caller's requests has deleted it while this one waited for the lock.
            if (await store.FetchActivityAsync(id, cancellationToken) is not { Deleted: true } deleted
                || deleted.AthleteId != context.User.AthleteId())
            {
                return refusal!;
            }

            await store.KeepAsync(session, context, TypedResults.NoContent(), cancellationToken);
            return TypedResults.NoContent();
        }

        // What is still in the live buffer goes with it.
        session.Batch.BatchCommands.Add(LiveRows.Delete(id));
        ActivityStore.Append(session, locked with { Buffered = [] }, [new ActivityDeleted(clock.GetUtcNow())], statistics: null);
        // The same file may be imported again after its activity was deleted.
        session.Batch.BatchCommands.Add(
            new("DELETE FROM imported_file WHERE activity_id = $1") { Parameters = { new() { Value = id } } });
        session.Batch.Keep(context, TypedResults.NoContent());
        await store.SaveAsync(session, cancellationToken);
        return TypedResults.NoContent();
    }
}
