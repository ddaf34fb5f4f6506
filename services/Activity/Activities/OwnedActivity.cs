using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Activities.Viewing;
using Strava.EventStore;
using Strava.ServiceDefaults;

namespace Strava.Activities.Activities;

/// <summary>
/// Locks an activity for its owner. Somebody else's is 404 when invisible to the caller, 403 when visible.
/// </summary>
internal static class OwnedActivity
{
    public static async Task<(LockedActivity? Locked, ProblemHttpResult? Refusal)> LockForOwnerAsync(
        this ActivityStore store,
        EventSession session,
        HttpContext context,
        Guid id,
        long[] sequences,
        CancellationToken cancellationToken)
    {
        var locked = await store.LockAsync(session, id, sequences, cancellationToken);
        if (locked is null || locked.Activity.Deleted)
        {
            return (null, Problems.NotFound());
        }

        var callerId = context.User.AthleteId();
        if (locked.Activity.AthleteId == callerId)
        {
            return (locked, null);
        }

        var viewing = context.RequestServices.GetRequiredService<ViewingPolicy>();
        return (null, await viewing.MaySeeAsync(callerId, locked.Activity, cancellationToken)
            ? Refusals.NotYours()
            : Problems.NotFound());
    }
}
