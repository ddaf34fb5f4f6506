using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Strava.Activities.Sharding;
using Strava.Contracts;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;
using Strava.ServiceDefaults;
using Strava.ServiceDefaults.Running;

namespace Strava.Activities.Relay;

/// <summary>
/// <c>GET /internal/tracks/{id}</c> on the management port: the points of an activity that everyone may see, in the
/// form of <see cref="PointCodec"/>, for projectors whose message said that they are too many to travel in it. The ETag
/// is the stream's version. Cost: the stream is read once.
/// </summary>
internal static class TrackForProjectors
{
    public static void MapTrackForProjectors(this WebApplication app) =>
        // Who reaches the management port is of the house; and what it gets here everyone may see.
        app.MapGroup("/internal").OnManagementPort().AllowAnonymous().ExcludeFromDescription()
            .MapGet("/tracks/{id:guid}", HandleAsync);

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> HandleAsync(
        Guid id, Shards shards, CancellationToken cancellationToken)
    {
        var owner = shards.Homes is { } homes ? await homes.FindAsync(id, cancellationToken) : null;
        var store = (owner is { } athlete ? shards.Of(athlete) : shards.Home).Store;
        if (await store.FindAsync(id, cancellationToken) is not { Deleted: false, Visibility: Visibility.Everyone, State: ActivityState.Complete })
        {
            return Problems.NotFound();
        }

        // The row may be older than the stream: what has been hidden meanwhile is not given away.
        var stream = await store.FetchStreamAsync(id, cancellationToken);
        return stream?.Activity is { Deleted: false, Visibility: Visibility.Everyone, Final: not null }
            ? TypedResults.File(
                PointCodec.Encode([.. stream.Points().Select(ordered => ordered.Point)]),
                "application/octet-stream",
                entityTag: new EntityTagHeaderValue($"\"{stream.Activity.Version}\""))
            : Problems.NotFound();
    }
}
