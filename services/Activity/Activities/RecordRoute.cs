using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Contracts.Rest;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;
using Strava.Core.Idempotency;
using Strava.ServiceDefaults;

namespace Strava.Activities.Activities;

/// <summary>The answer to a chunk: what is stored, and the figures so far.</summary>
/// <param name="Sequence">The chunk's number.</param>
/// <param name="Points">Points in the chunk.</param>
/// <param name="IgnoredMembers">Members that this version does not know.</param>
/// <param name="Version">Stream version.</param>
/// <param name="DistanceMeters">Distance so far; <c>null</c> while points that came out of order wait to be worked in.</param>
/// <param name="ActiveSeconds">Active time as of now; likewise.</param>
/// <param name="MovingSeconds">Moving time as of now; likewise.</param>
internal sealed record RouteAnswer(
    long Sequence, int Points, int IgnoredMembers, long Version, double? DistanceMeters, double? ActiveSeconds, double? MovingSeconds);

/// <summary>
/// <c>POST /activities/{id}/routes</c>: one point or a numbered chunk. Safe to repeat: (activity, sequence, content hash) is stored
/// once for ever, in the transaction of its event. Cost: O(points of the chunk), whatever the activity's length.
/// </summary>
internal static class RecordRouteEndpoint
{
    private const string Example =
        """
        {
          "sequence": 0,
          "points": [
            { "at": "2025-06-01T06:00:10.000Z", "lat": 46.05, "lon": 14.5, "elevationMeters": 298.4 },
            { "at": "2025-06-01T06:00:20.000Z", "lat": 46.0503, "lon": 14.5001, "elevationMeters": 298.9 }
          ]
        }
        """;

    private const string PointExample =
        """{ "location": { "at": "2025-06-01T06:00:30.000Z", "lat": 46.0506, "lon": 14.5002, "accuracyMeters": 4 } }""";

    public static void MapRecordRoute(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/activities/{id:guid}/routes", HandleAsync)
            .WithName("RecordRoute").WithTags("Recording")
            .WithSummary("One point, or a numbered chunk of points, while it is recorded")
            .WithDescription("The same chunk again changes nothing; they may come in any order. Give a location, or "
                + "a sequence with points.")
            .WithExample("a chunk", Example)
            .WithExample("one point", PointExample)
            .Refuses(403, 404, 409, 422);

    private static async Task<Results<Ok<RouteAnswer>, ProblemHttpResult>> HandleAsync(
        Guid id, PostRoute request, HttpContext context, ActivityStore store, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (request.Validate(now) is { IsValid: false } problems)
        {
            return Refusals.Of(problems);
        }

        var chunk = request.ToChunk();
        var hash = PointCodec.ContentHash(chunk.Points);
        await using var session = await store.OpenSessionAsync(cancellationToken);
        var (locked, refusal) = await store.LockForOwnerAsync(session, context, id, [chunk.Sequence], cancellationToken);
        if (locked is null)
        {
            return refusal!;
        }

        var activity = locked.Activity;
        var statistics = locked.Statistics;
        if (locked.KnownChunks.TryGetValue(chunk.Sequence, out var known))
        {
            if (!known.AsSpan().SequenceEqual(hash))
            {
                return Problems.Conflict("chunk-differs", $"Chunk {chunk.Sequence} is stored with other points; give it a new sequence.");
            }

            var repeated = TypedResults.Ok(Answer(activity));
            await store.KeepAsync(session, context, repeated, cancellationToken);
            return repeated;
        }

        if (activity.State is ActivityState.Created or ActivityState.Complete)
        {
            return Refusals.WrongState(
                activity.State, activity.State == ActivityState.Created ? [Transition.Started] : []);
        }

        statistics = Continue(statistics, chunk, activity.Log);
        activity = ActivityStore.Append(session, activity, [ActivityStream.EventOf(chunk)], statistics);
        session.Batch.BatchCommands.Add(ActivityRows.InsertChunk(id, chunk.Sequence, hash));
        var answer = TypedResults.Ok(Answer(activity));
        session.Batch.Keep(context, answer);
        await store.SaveAsync(session, cancellationToken);
        return answer;

        RouteAnswer Answer(Activity asOf)
        {
            var figures = statistics?.Figures(asOf.Log, now.ToUnixTimeMilliseconds());
            return new RouteAnswer(
                chunk.Sequence,
                chunk.Points.Length,
                request.UnknownMembers,
                asOf.Version,
                figures?.DistanceMillimeters / 1_000.0,
                figures?.ActiveMs / 1_000.0,
                figures?.MovingMs / 1_000.0);
        }
    }

    /// <returns>The running figures with the chunk; <c>null</c> when it came late and all must be worked out from the points.</returns>
    private static TrackStatistics? Continue(TrackStatistics? statistics, TrackChunk chunk, StateLog log)
    {
        if (statistics is null || chunk.Points.Any(point => point.AtMs <= statistics.LastAtMs))
        {
            return null;
        }

        foreach (var (point, interval) in TrackOrder.Merge([chunk], log))
        {
            statistics.Add(point, interval);
        }

        return statistics;
    }
}
