using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Activities.Sharding;
using Strava.Contracts;
using Strava.Contracts.Events;
using Strava.Contracts.Rest;
using Strava.Core.Idempotency;
using Strava.Core.Reading;
using Strava.EventStore;
using Strava.ServiceDefaults;

namespace Strava.Activities.Activities;

/// <summary>
/// <c>POST /activities</c>. Safe to repeat with the phone's own id: the stream's primary key lets one through, and the
/// others find it and answer with it.
/// </summary>
internal static class CreateActivityEndpoint
{
    private const string Example =
        """
        {
          "type": "RUN",
          "name": "Along the river",
          "startedAt": "2025-06-01T06:00:00.000Z",
          "timeZone": "Europe/Ljubljana"
        }
        """;

    public static void MapCreateActivity(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/activities", HandleAsync)
            .WithName("CreateActivity").WithTags("Activities")
            .WithSummary("Create an activity, and start it when startedAt is given")
            .WithDescription("201 and Location; with the phone's own id it may be sent again: 200 with the same activity.")
            .WithExample("a run that has begun", Example)
            .Refuses(409, 422);

    private static async Task<Results<Created<ActivityDetails>, Ok<ActivityDetails>, ProblemHttpResult>> HandleAsync(
        CreateActivity request, HttpContext context, Shard shard, ActivityStore store, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (request.Validate(now) is { IsValid: false } problems)
        {
            return problems.AsProblem();
        }

        var athleteId = context.User.AthleteId();
        var id = request.Id ?? Guid.CreateVersion7(now);
        var sport = request.Type!.Value;
        var name = request.Name ?? ActivityAnswers.DefaultName(sport, request.StartedAt ?? now, request.TimeZone);
        List<object> events =
            [new ActivityCreated(athleteId, sport, name, request.Visibility ?? Visibility.Everyone, request.TimeZone, now)];
        if (request.StartedAt is { } startedAt)
        {
            events.Add(new ActivityStarted(startedAt));
        }

        if (!await shard.ClaimAsync(id, athleteId, cancellationToken))
        {
            return Refusals.IdTaken();
        }

        await using var session = await store.OpenSessionAsync(cancellationToken);
        var activity = ActivityStore.Start(session, id, events);
        var created = TypedResults.Created($"/activities/{id}", ActivityAnswers.Details(activity, [], now));
        session.Batch.Keep(context, created, created.Location);
        try
        {
            await store.SaveAsync(session, cancellationToken);
        }
        catch (StreamExistsException)
        {
            if (await store.FetchStreamAsync(id, cancellationToken) is not { Activity: { Deleted: false } found } stream
                || found.AthleteId != athleteId)
            {
                return Refusals.IdTaken();
            }

            var repeated = TypedResults.Ok(ActivityAnswers.Details(stream, now));
            await store.KeepAsync(session, context, repeated, cancellationToken);
            return repeated;
        }

        return created;
    }
}
