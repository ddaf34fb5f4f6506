using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Activities.Live;
using Strava.Contracts.Events;
using Strava.Contracts.Rest;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;
using Strava.Core.Idempotency;
using Strava.Core.Reading;
using Strava.ServiceDefaults;

namespace Strava.Activities.Activities;

/// <summary>
/// <c>PATCH /activities/{id}</c>: a transition, other words, or both. Safe to repeat: a state that holds already, or a
/// word that is the same already, gives no event.
/// </summary>
internal static class ChangeActivityEndpoint
{
    public static void MapChangeActivity(this IEndpointRouteBuilder routes) =>
        routes.MapPatch("/activities/{id:guid}", HandleAsync)
            .WithName("ChangeActivity").WithTags("Activities")
            .WithSummary("Start, pause, resume, stop or save it; change its words")
            .WithDescription("A state or a word that holds already changes nothing; absent or null members stay.")
            .WithExample("save it", """{ "state": "COMPLETE", "at": "2025-06-01T06:10:00.000Z" }""")
            .WithExample("pause", """{ "state": "PAUSED", "at": "2025-06-01T06:05:00.000Z" }""")
            .WithExample("go on", """{ "state": "RESUMED", "at": "2025-06-01T06:06:00.000Z" }""")
            .WithExample("other words", """{ "name": "With Maja", "description": "Easy.", "visibility": "FRIENDS" }""")
            .Refuses(403, 404, 409, 412, 422);

    private static async Task<Results<Ok<ActivityDetails>, ProblemHttpResult>> HandleAsync(
        Guid id, PatchActivity request, HttpContext context, ActivityStore store, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (request.Validate(now) is { IsValid: false } problems)
        {
            return problems.AsProblem();
        }

        await using var session = await store.OpenSessionAsync(cancellationToken);
        var (locked, refusal) = await store.LockForOwnerAsync(session, context, id, [], cancellationToken);
        if (locked is null)
        {
            return refusal!;
        }

        if (EntityTags.IsMismatch(context.Request, locked.Activity.Version))
        {
            return Problems.PreconditionFailed(locked.Activity.Version);
        }

        // The points are needed for the figures, and a saved activity's log is in its stream only.
        var stream = request.State == Transition.Complete || locked.Activity.State == ActivityState.Complete
            ? (await store.FetchStreamAsync(id, cancellationToken))!.With(BestTimes.Of(locked.Activity)).With(locked.Buffered)
            : null;
        var activity = stream?.Activity ?? locked.Activity;
        var decision = request.State is { } requested
            ? activity.Log.Decide(requested, (request.At ?? now).ToUnixTimeMilliseconds())
            : new TransitionDecision.Accepted([]);
        if (decision is not TransitionDecision.Accepted { Changes: var changes })
        {
            return Refusals.Of(decision);
        }

        if (request.State == Transition.Complete && (TooLong(activity.Log, changes) ?? MissingPart(request, stream!)) is { } refused)
        {
            return refused;
        }

        var events = Edits(request, activity).ToList();
        var edited = activity.Apply(events);
        events.AddRange(Activity.EventsOf(changes, change => Complete(edited, changes, change.AtMs)));
        if (edited.Sport != activity.Sport && activity.Final is not null)
        {
            // Another sport's rules count other legs: the figures are worked out again.
            events.Add(Complete(edited, [], activity.Final.At.ToUnixTimeMilliseconds()));
        }

        stream ??= (await store.FetchStreamAsync(id, cancellationToken))!.With(locked.Buffered);
        var folded = events.Count > 0 ? LiveFold.EventsOf(locked.Buffered) : [];
        var answer = TypedResults.Ok(ActivityAnswers.Details(stream.After([.. folded, .. events]), now));
        if (events.Count > 0)
        {
            var statistics = StatisticsAfter(locked.StatisticsWithBuffered(), activity, edited, changes);
            ActivityStore.Append(session, locked with { Activity = activity }, events, statistics);
            session.Batch.Keep(context, answer);
            await store.SaveAsync(session, cancellationToken);
        }
        else
        {
            await store.KeepAsync(session, context, answer, cancellationToken);
        }

        return answer;

        ActivityCompleted Complete(Activity of, IReadOnlyList<StateChange> with, long atMs)
        {
            var log = of.Log.AppendRange(with);
            var points = TrackOrder.Merge(stream!.Chunks, log);
            return Activity.Completed(
                DateTimeOffset.FromUnixTimeMilliseconds(atMs),
                of.StartedAt ?? DateTimeOffset.FromUnixTimeMilliseconds(log.StartedAtMs!.Value),
                TrackStatistics.Compute(of.Sport, log, points, atMs, of.ElevationSource),
                BestTimes.Of(of.Sport, log, points),
                of.TimeZone ?? locked.AthleteTimeZone);
        }
    }

    private static IEnumerable<object> Edits(PatchActivity request, Activity activity)
    {
        if (request.Name is { } name && name != activity.Name)
        {
            yield return new ActivityRenamed(name);
        }

        if (request.Description is { } description && description != activity.Description)
        {
            yield return new ActivityDescribed(description);
        }

        if (request.Visibility is { } visibility && visibility != activity.Visibility)
        {
            yield return new ActivityVisibilityChanged(visibility);
        }

        if (request.Type is { } sport && sport != activity.Sport)
        {
            yield return new ActivitySportChanged(sport);
        }
    }

    /// <summary>A forgotten recording: saved with its real end it is welcome, whenever that is done.</summary>
    private static ProblemHttpResult? TooLong(StateLog log, IReadOnlyList<StateChange> changes) =>
        changes.Count > 0 && log.AppendRange(changes).AsOf(0).TotalMs > RequestRules.LongestActivity.TotalMilliseconds
            ? Problems.Impossible(
                "at",
                $"It would last more than {RequestRules.LongestActivity.Days} days; give the time at which it really ended.",
                "activity/too-long")
            : null;

    /// <summary>The phone said what it sent: whatever has not arrived is named, and nothing is saved short.</summary>
    private static ProblemHttpResult? MissingPart(PatchActivity request, ActivityStream stream)
    {
        var stored = stream.Chunks.Select(chunk => chunk.Sequence).ToHashSet();
        var missing = Enumerable.Range(0, Math.Min(request.ExpectedChunks ?? 0, RequestRules.MaxStateChanges))
            .Where(sequence => !stored.Contains(sequence)).Take(100).ToArray();
        if (missing.Length > 0)
        {
            return Problems.Conflict(
                "chunks-missing",
                $"Chunks have not arrived: {string.Join(", ", missing)}. Send them, then COMPLETE again.",
                new Dictionary<string, object?> { ["missing"] = missing },
                retryable: true);
        }

        var points = stream.Points().Select(ordered => ordered.Point).ToArray();
        return request.PointCount is { } count && count != points.Length
            || request.ContentHash is { } hash && hash != Convert.ToHexStringLower(PointCodec.ContentHash(points))
            ? Problems.Conflict(
                "points-differ",
                $"{points.Length} points are stored and they are not those that the phone counted; send the chunks again.",
                new Dictionary<string, object?> { ["pointCount"] = points.Length },
                retryable: true)
            : null;
    }

    /// <summary>
    /// A change of state before the latest point changes what counted already: worked out anew from the points.
    /// </summary>
    private static TrackStatistics? StatisticsAfter(
        TrackStatistics? statistics, Activity before, Activity edited, IReadOnlyList<StateChange> changes) =>
        edited.Sport == before.Sport && changes.All(change => statistics?.LastAtMs is not { } last || change.AtMs >= last)
            ? statistics
            : null;
}
