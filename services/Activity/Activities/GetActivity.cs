using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Activities.Viewing;
using Strava.Contracts.Rest;
using Strava.Contracts.Timing;
using Strava.ServiceDefaults;

namespace Strava.Activities.Activities;

/// <summary><c>GET /activities/{id}</c> and <c>/streams</c>: aggregated on read, behind the viewing policy.</summary>
internal static class GetActivityEndpoints
{
    public static void MapGetActivity(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/activities/{id:guid}", GetDetailsAsync)
            .WithName("GetActivity").WithTags("Activities").WithSummary("An activity in full")
            .WithDescription("While it is being recorded its figures are as of now, and only friends see it.")
            .Refuses(404);
        routes.MapGet("/activities/{id:guid}/streams", GetStreamsAsync)
            .WithName("GetActivityStreams").WithTags("Activities").WithSummary("Its series for charts, one element a point")
            .Refuses(404);
    }

    private static async Task<Results<Ok<ActivityDetails>, StatusCodeHttpResult, ProblemHttpResult>> GetDetailsAsync(
        Guid id, HttpContext context, ActivityStore store, SavedDetails saved, ViewingPolicy viewing, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } activity
            || !await viewing.MaySeeAsync(context.User.AthleteId(), activity, cancellationToken))
        {
            return Problems.NotFound();
        }

        // An open activity's figures run on without a new version.
        if (activity.State == ActivityState.Complete && EntityTags.IsNotModified(context, activity.Version))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        if (saved.Find(id, activity.Version) is { } known)
        {
            return TypedResults.Ok(known);
        }

        var stream = await store.FetchLiveAsync(activity, cancellationToken);
        var details = ActivityAnswers.Details(stream, clock.GetUtcNow());
        if (stream.Activity.State == ActivityState.Complete)
        {
            saved.Keep(details);
        }

        return TypedResults.Ok(details);
    }

    private static async Task<Results<Ok<ActivityStreams>, StatusCodeHttpResult, ProblemHttpResult>> GetStreamsAsync(
        Guid id, HttpContext context, ActivityStore store, ViewingPolicy viewing, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } activity
            || !await viewing.MaySeeAsync(context.User.AthleteId(), activity, cancellationToken))
        {
            return Problems.NotFound();
        }

        // Live posts come without a new version.
        if (activity.State == ActivityState.Complete && EntityTags.IsNotModified(context, activity.Version))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        var stream = await store.FetchLiveAsync(activity, cancellationToken);
        return TypedResults.Ok(ActivityStreams.From(
            stream.Activity.Sport, stream.Activity.Log.StartedAtMs, stream.Points(), stream.Activity.ElevationSource));
    }
}
