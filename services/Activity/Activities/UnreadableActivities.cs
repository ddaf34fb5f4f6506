using Strava.EventStore;
using Strava.ServiceDefaults;

namespace Strava.Activities.Activities;

/// <summary>
/// An activity that a newer version has written to is not broken, and the caller has done nothing wrong: 503, and it
/// may be asked for again.
/// </summary>
internal static class UnreadableActivities
{
    public static void UseUnreadableActivities(this WebApplication app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (UnreadableEventException fault)
        {
            throw new UnavailableException(
                "This activity was changed by a newer version of the service, which this server does not run yet; try again in a while.",
                fault);
        }
    });
}
