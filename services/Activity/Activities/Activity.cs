using Strava.Contracts;
using Strava.Contracts.Events;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Activities;

/// <summary>
/// What is known of an activity without its points: the summary row, and while it is open its state log. Pure: a fold
/// over the stream gives the same as the rows that are kept beside it.
/// </summary>
internal sealed record Activity
{
    public required Guid Id { get; init; }

    public required Guid AthleteId { get; init; }

    /// <summary>Version of the stream that this is as of.</summary>
    public required long Version { get; init; }

    public required Sport Sport { get; init; }

    public required string Name { get; init; }

    public string Description { get; init; } = string.Empty;

    public required Visibility Visibility { get; init; }

    public string? TimeZone { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// How its heights are measured, where its file says it. In the stream only: whoever works out figures has it.
    /// </summary>
    public ElevationSource? ElevationSource { get; init; }

    public StateLog Log { get; init; } = StateLog.Empty;

    public ActivityState State { get; init; }

    public bool Deleted { get; init; }

    /// <summary>The final figures; <c>null</c> while the activity is open.</summary>
    public ActivityCompleted? Final { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>
    /// Points in the stream as they were sent, repeats too, while the activity is open; <c>null</c>: they are to be
    /// counted.
    /// </summary>
    public int? PointsSent { get; init; }

    public static Activity Create(Guid id, ActivityCreated created) => new()
    {
        Id = id,
        AthleteId = created.AthleteId,
        Version = 1,
        Sport = created.Sport,
        Name = created.Name,
        Visibility = created.Visibility,
        TimeZone = created.TimeZone,
        CreatedAt = created.CreatedAt,
        ElevationSource = created.ElevationSource,
        PointsSent = 0,
    };

    /// <summary>The activity after one more event of its stream.</summary>
    public Activity Apply(object @event) => Apply([@event]);

    /// <summary>
    /// The activity after more events. The state log is taken up once: line by line its cost would be O(k²).
    /// </summary>
    public Activity Apply(IEnumerable<object> events)
    {
        var changes = new List<StateChange>();
        var after = events.Aggregate(this, (activity, e) => activity.After(e, changes));
        if (changes.Count == 0)
        {
            return after;
        }

        var log = Log.AppendRange(changes);
        return after with { Log = log, State = log.State };
    }

    /// <summary>A stream's events folded, the points left aside.</summary>
    public static Activity Of(Guid id, IReadOnlyList<object> events) =>
        Create(id, (ActivityCreated)events[0]).Apply(events.Skip(1));

    /// <summary>
    /// The stream's events for accepted lines of the state log; <paramref name="complete"/> makes the one with the
    /// figures.
    /// </summary>
    public static IEnumerable<object> EventsOf(IEnumerable<StateChange> changes, Func<StateChange, ActivityCompleted> complete)
    {
        foreach (var change in changes)
        {
            var at = DateTimeOffset.FromUnixTimeMilliseconds(change.AtMs);
            yield return change.State switch
            {
                Transition.Started => new ActivityStarted(at),
                Transition.Paused => new ActivityPaused(at),
                Transition.Resumed => new ActivityResumed(at),
                Transition.Stopped => new ActivityStopped(at),
                _ => complete(change),
            };
        }
    }

    /// <param name="at">When it was saved.</param>
    /// <param name="startedAt">The first start, which decides the local day.</param>
    /// <param name="figures">The figures over all points.</param>
    /// <param name="bestTimes">The best times over all points.</param>
    /// <param name="timeZone">The recording's zone, else the athlete's; an unknown or missing one is UTC.</param>
    public static ActivityCompleted Completed(
        DateTimeOffset at, DateTimeOffset startedAt, TrackFigures figures, BestTimes bestTimes, string? timeZone)
    {
        var zone = timeZone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var found)
            ? found
            : TimeZoneInfo.Utc;
        return new ActivityCompleted(
            at,
            figures.DistanceMillimeters,
            figures.TotalMs,
            figures.ActiveMs,
            figures.MovingMs,
            figures.ElevationGainCm,
            figures.ElevationLossCm,
            figures.PointCount,
            zone.Id,
            DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(startedAt, zone).DateTime),
            bestTimes.Over5KmMs,
            bestTimes.Over10KmMs);
    }

    /// <summary>A saved activity with its best times. Only some older bodies of its events hold them.</summary>
    public Activity With(BestTimes bestTimes) => Final is null ? this : this with
    {
        Final = Final with
        {
            Best5KmMilliseconds = bestTimes.Over5KmMs ?? Final.Best5KmMilliseconds,
            Best10KmMilliseconds = bestTimes.Over10KmMs ?? Final.Best10KmMilliseconds,
        },
    };

    /// <param name="event">The next event of the stream.</param>
    /// <param name="changes">Gathers the lines of the state log, which this leaves as it is.</param>
    private Activity After(object @event, List<StateChange> changes) => @event switch
    {
        ActivityStarted started => WithChange(changes, Transition.Started, started.At),
        ActivityPaused paused => WithChange(changes, Transition.Paused, paused.At),
        ActivityResumed resumed => WithChange(changes, Transition.Resumed, resumed.At),
        ActivityStopped stopped => WithChange(changes, Transition.Stopped, stopped.At),
        ActivityCompleted completed when Final is not null => this with { Final = completed },
        ActivityCompleted completed => WithChange(changes, Transition.Complete, completed.At) with { Final = completed },
        ActivityRenamed renamed => this with { Name = renamed.Name },
        ActivityDescribed described => this with { Description = described.Description },
        ActivityVisibilityChanged changed => this with { Visibility = changed.Visibility },
        ActivitySportChanged changed => this with { Sport = changed.Sport },
        ActivityDeleted => this with { Deleted = true },
        // A chunk that was left unread has no points; none that was sent has none.
        RouteRecorded route => this with { PointsSent = route.Count == 0 ? null : PointsSent + route.Count },
        _ => this,
    } with
    { Version = Version + 1 };

    private Activity WithChange(List<StateChange> changes, Transition word, DateTimeOffset at)
    {
        changes.Add(new StateChange(word, at.ToUnixTimeMilliseconds()));
        return this with { StartedAt = StartedAt ?? at };
    }
}
