using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Contracts.Rest;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;
using Strava.Core.Idempotency;
using Strava.Core.Reading;
using Strava.EventStore;
using Strava.ServiceDefaults;

namespace Strava.Activities.Activities;

/// <summary>The answer to a chunk: what is stored, and the figures so far.</summary>
/// <param name="Sequence">The chunk's number.</param>
/// <param name="Points">Points in the chunk.</param>
/// <param name="IgnoredMembers">Members that this version does not know.</param>
/// <param name="Version">Stream version.</param>
/// <param name="DistanceMeters">Distance so far; <c>null</c> while points that came out of order wait to be worked
/// in.</param>
/// <param name="ActiveSeconds">Active time as of now; likewise.</param>
/// <param name="MovingSeconds">Moving time as of now; likewise.</param>
internal sealed record RouteAnswer(
    long Sequence, int Points, int IgnoredMembers, long Version, double? DistanceMeters, double? ActiveSeconds, double? MovingSeconds);

/// <summary>
/// <c>POST /activities/{id}/routes</c>: one point or a numbered chunk. Safe to repeat: (activity, sequence, content
/// hash) is stored once for ever, in the transaction of its event. Cost: O(points of the chunk), whatever the
/// activity's length.
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
                + "a sequence with points. Beyond 1,000,000 points of one activity 422: save it and begin another.")
            .WithExample("a chunk", Example)
            .WithExample("one point", PointExample)
            .Refuses(403, 404, 409, 422);

    private static async Task<Results<Ok<RouteAnswer>, ProblemHttpResult>> HandleAsync(
        Guid id, PostRoute request, HttpContext context, ActivityStore store, OpenActivities open, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (request.Validate(now) is { IsValid: false } problems)
        {
            return problems.AsProblem();
        }

        var chunk = request.ToChunk();
        var route = new Route(id, chunk, PointCodec.ContentHash(chunk.Points), request.UnknownMembers, now.ToUnixTimeMilliseconds());
        return await AppendAtOnceAsync(route, context, store, open, cancellationToken) is { } atOnce
            ? atOnce
            : await AppendUnderLockAsync(route, context, store, open, cancellationToken);
    }

    /// <summary>One round trip when this node wrote the activity last.</summary>
    /// <returns><c>null</c> when nothing was written: the long way tells why.</returns>
    private static async Task<Ok<RouteAnswer>?> AppendAtOnceAsync(
        Route route, HttpContext context, ActivityStore store, OpenActivities open, CancellationToken cancellationToken)
    {
        if (open.Take(route.ActivityId) is not { } known || known.Activity.AthleteId != context.User.AthleteId()
            || !HasRoomFor(route.Chunk, known.Activity.PointsSent))
        {
            return null;
        }

        var statistics = RunningFigures.Continue(known.Statistics, [route.Chunk], known.Activity.Log);
        await using var session = await store.OpenSessionAsync(cancellationToken);
        var activity = ActivityStore.AppendChunk(session, known.Activity, route.Chunk, route.ContentHash, statistics);
        try
        {
            return await SaveAsync(route, activity, statistics, session, context, store, open, cancellationToken);
        }
        catch (Exception exception) when (exception is ConcurrencyException || ActivityRows.IsKnownChunk(exception))
        {
            // Somebody else was faster, or the chunk is stored already.
            return null;
        }
    }

    private static async Task<Results<Ok<RouteAnswer>, ProblemHttpResult>> AppendUnderLockAsync(
        Route route, HttpContext context, ActivityStore store, OpenActivities open, CancellationToken cancellationToken)
    {
        var chunk = route.Chunk;
        await using var session = await store.OpenSessionAsync(cancellationToken);
        var (locked, refusal) =
            await store.LockForOwnerAsync(session, context, route.ActivityId, [chunk.Sequence], cancellationToken);
        if (locked is null)
        {
            return refusal!;
        }

        var activity = locked.Activity;
        if (locked.KnownChunks.GetValueOrDefault(chunk.Sequence) is { } known
            || (known = await HashInStreamAsync(store, activity, chunk.Sequence, cancellationToken)) is not null)
        {
            if (!known.AsSpan().SequenceEqual(route.ContentHash))
            {
                return Problems.Conflict("chunk-differs", $"Chunk {chunk.Sequence} is stored with other points; give it a new sequence.");
            }

            var repeated = TypedResults.Ok(route.Answer(activity, locked.Statistics));
            await store.KeepAsync(session, context, repeated, cancellationToken);
            return repeated;
        }

        if (activity.State is ActivityState.Created or ActivityState.Complete)
        {
            return Refusals.WrongState(
                activity.State, activity.State == ActivityState.Created ? [Transition.Started] : []);
        }

        var sent = activity.PointsSent + locked.Buffered.Sum(post => post.Points.Length);
        if (!HasRoomFor(chunk, sent))
        {
            return Refusals.TooManyPoints(sent, chunk.Points.Length);
        }

        var statistics = RunningFigures.Continue(locked.Statistics, [chunk], activity.Log);
        activity = ActivityStore.AppendChunk(session, activity, chunk, route.ContentHash, statistics);
        return await SaveAsync(route, activity, statistics, session, context, store, open, cancellationToken);
    }

    private static async Task<Ok<RouteAnswer>> SaveAsync(
        Route route, Activity activity, TrackStatistics? statistics, EventSession session, HttpContext context,
        ActivityStore store, OpenActivities open, CancellationToken cancellationToken)
    {
        var answer = TypedResults.Ok(route.Answer(activity, statistics));
        session.Batch.Keep(context, answer);
        await store.SaveAsync(session, cancellationToken);
        if (statistics is not null)
        {
            // The next chunk may come soon.
            open.Put(activity, statistics);
        }

        return answer;
    }

    private static bool HasRoomFor(TrackChunk chunk, int? sent) => sent + chunk.Points.Length <= RequestRules.MaxPoints;

    /// <summary>A saved activity's chunks are in its stream alone; a chunk that comes after the end is rare.</summary>
    private static async Task<byte[]?> HashInStreamAsync(
        ActivityStore store, Activity activity, long sequence, CancellationToken cancellationToken)
    {
        var stream = activity.State == ActivityState.Complete ? await store.FetchStreamAsync(activity.Id, cancellationToken) : null;
        return stream?.Chunks.FirstOrDefault(chunk => chunk.Sequence == sequence) is { } stored
            ? PointCodec.ContentHash(stored.Points)
            : null;
    }

    private sealed record Route(Guid ActivityId, TrackChunk Chunk, byte[] ContentHash, int UnknownMembers, long NowMs)
    {
        public RouteAnswer Answer(Activity asOf, TrackStatistics? statistics)
        {
            var figures = statistics?.Figures(asOf.Log, NowMs);
            return new RouteAnswer(
                Chunk.Sequence,
                Chunk.Points.Length,
                UnknownMembers,
                asOf.Version,
                figures?.DistanceMillimeters / 1_000.0,
                figures?.ActiveMs / 1_000.0,
                figures?.MovingMs / 1_000.0);
        }
    }
}
