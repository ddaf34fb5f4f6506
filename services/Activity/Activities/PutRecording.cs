using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Contracts;
using Strava.Contracts.Rest;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;
using Strava.Core.Idempotency;
using Strava.Core.Reading;
using Strava.ServiceDefaults;

namespace Strava.Activities.Activities;

/// <summary>
/// <c>PUT /activities/{id}/recording</c>: a whole offline recording in one request; it makes the activity. The same
/// again: 200.
/// </summary>
internal static class PutRecordingEndpoint
{
    /// <summary>
    /// Points a stored chunk: small enough to be read piece by piece, large enough that a row's overhead does not
    /// count.
    /// </summary>
    private const int ChunkPoints = 10_000;

    private const string Example =
        """
        {
          "type": "RIDE",
          "name": "Over the hill",
          "visibility": "EVERYONE",
          "timeZone": "Europe/Ljubljana",
          "stateLog": [
            { "state": "STARTED", "at": "2025-06-02T06:00:00.000Z" },
            { "state": "STOPPED", "at": "2025-06-02T06:01:00.000Z" },
            { "state": "COMPLETE", "at": "2025-06-02T06:01:05.000Z" }
          ],
          "points": [
            { "at": "2025-06-02T06:00:00.000Z", "lat": 46.05, "lon": 14.5, "elevationMeters": 300.5, "heartRate": 120 },
            { "at": "2025-06-02T06:00:30.000Z", "lat": 46.051, "lon": 14.5, "elevationMeters": 302, "heartRate": 128 },
            { "at": "2025-06-02T06:01:00.000Z", "lat": 46.052, "lon": 14.501, "elevationMeters": 305, "heartRate": 131 }
          ]
        }
        """;

    public static void MapPutRecording(this IEndpointRouteBuilder routes) =>
        routes.MapPut("/activities/{id:guid}/recording", HandleAsync)
            .WithName("PutRecording").WithTags("Recording")
            .WithSummary("A whole offline recording under a new id of the phone's")
            .WithDescription("It makes the activity: 201. The same again: 200. The body may be gzip.")
            .WithExample("a short ride", Example)
            .Refuses(409, 422);

    /// <param name="request">Valid.</param>
    /// <param name="athleteId">Whose it is.</param>
    public static WholeRecording RecordingOf(PutRecording request, Guid athleteId) => new(
        athleteId,
        request.Type!.Value,
        request.Name,
        request.Visibility ?? Visibility.Everyone,
        request.TimeZone,
        request.ToStateLog(),
        [.. request.ToTrackPoints().Chunk(ChunkPoints).Select((points, i) => new TrackChunk(i, points))]);

    private static async Task<Results<Created<ActivityDetails>, Ok<ActivityDetails>, ProblemHttpResult>> HandleAsync(
        Guid id, PutRecording request, HttpContext context, RecordingStore recordings, ActivityStore store, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (request.Validate(now) is { IsValid: false } problems)
        {
            return problems.AsProblem();
        }

        var recording = RecordingOf(request, context.User.AthleteId());
        if (recording.Log.State != ActivityState.Complete)
        {
            return Problems.Impossible(
                "stateLog", "A whole recording ends with COMPLETE; to go on recording use POST /activities and PATCH its state.");
        }

        Created<ActivityDetails>? created = null;
        var stored = await recordings.StoreAsync(
            id,
            recording,
            (batch, made) =>
            {
                created = TypedResults.Created($"/activities/{id}", ActivityAnswers.Details(made, now));
                batch.Keep(context, created, created.Location);
            },
            cancellationToken);
        if (stored is null)
        {
            return Refusals.IdTaken();
        }

        if (stored.IsNew)
        {
            return created!;
        }

        var repeated = TypedResults.Ok(ActivityAnswers.Details(stored.Stream, now));
        await store.KeepAsync(session: null, context, repeated, cancellationToken);
        return repeated;
    }
}
