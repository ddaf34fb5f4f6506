using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Activities.Viewing;
using Strava.Contracts.Timing;
using Strava.ServiceDefaults;

namespace Strava.Activities.Activities;

/// <summary>
/// <c>GET /activities/{id}/gpx</c>: the activity as a GPX 1.1 file, behind the viewing policy. Imported again it gives
/// the same figures. Cost: the stream is read once; the file is written piece by piece.
/// </summary>
internal static class ExportActivityEndpoint
{
    public static void MapExportActivity(this IEndpointRouteBuilder routes) => routes.MapGet("/activities/{id:guid}/gpx", HandleAsync)
        .WithName("ExportActivity").WithTags("Activities").WithSummary("The activity as a GPX 1.1 file")
        .WithDescription("Imported again it gives the same figures.")
        .Produces<string>(StatusCodes.Status200OK, "application/gpx+xml")
        .Refuses(404);

    private static async Task<Results<PushStreamHttpResult, StatusCodeHttpResult, ProblemHttpResult>> HandleAsync(
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

        // Of the id and the day alone: an athlete's words never reach a header or a file system.
        var day = (activity.StartedAt ?? activity.CreatedAt).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return TypedResults.Stream(
            body => GpxWriter.WriteAsync(body, stream.Activity, stream.Points(), cancellationToken),
            "application/gpx+xml",
            $"{day}-{(activity.State == ActivityState.Complete ? "activity" : "unfinished")}-{id}.gpx");
    }
}
