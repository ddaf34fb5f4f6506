using Strava.Contracts;
using Strava.Contracts.Events;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Activities;

/// <summary>
/// What is known of an activity without its points: the summary row, and while it is open its state log. Pure: a fold over
/// the stream gives the same as the rows that are kept beside it.
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

    public StateLog Log { get; init; } = StateLog.Empty;

    public ActivityState State { get; init; }

    public bool Deleted { get; init; }

    /// <summary>The final figures; <c>null</c> while the activity is open.</summary>
    public ActivityCompleted? Final { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

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
    };

    /// <summary>The activity after one more event of its stream.</summary>
    public Activity Apply(object @event) => @event switch
    {
        ActivityStarted started => WithChange(Transition.Started, started.At),
        ActivityPaused paused => WithChange(Transition.Paused, paused.At),
        ActivityResumed resumed => WithChange(Transition.Resumed, resumed.At),
        ActivityStopped stopped => WithChange(Transition.Stopped, stopped.At),
        ActivityCompleted completed when Final is not null => this with { Final = completed },
        ActivityCompleted completed => WithChange(Transition.Complete, completed.At) with { Final = completed },
        ActivityRenamed renamed => this with { Name = renamed.Name },
        ActivityDescribed described => this with { Description = described.Description },
        ActivityVisibilityChanged changed => this with { Visibility = changed.Visibility },
        ActivitySportChanged changed => this with { Sport = changed.Sport },
        ActivityDeleted => this with { Deleted = true },
        _ => this,
    } with
    { Version = Version + 1 };

    /// <summary>A stream's events folded, the points left aside.</summary>
    public static Activity Of(Guid id, IReadOnlyList<object> events) =>
        Create(id, (ActivityCreated)events[0]).Apply(events.Skip(1));

    public Activity Apply(IEnumerable<object> events) => events.Aggregate(this, (activity, e) => activity.Apply(e));

    /// <summary>The stream's events for accepted lines of the state log; <paramref name="complete"/> makes the one with the figures.</summary>
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
    /// <param name="timeZone">The recording's zone, else the athlete's; an unknown or missing one is UTC.</param>
    public static ActivityCompleted Completed(
        DateTimeOffset at, DateTimeOffset startedAt, TrackFigures figures, string? timeZone)
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
            DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(startedAt, zone).DateTime));
    }

    private Activity WithChange(Transition word, DateTimeOffset at)
    {
        var log = Log.Append(new StateChange(word, at.ToUnixTimeMilliseconds()));
        return this with { Log = log, State = log.State, StartedAt = StartedAt ?? at };
    }
}
