using Strava.Activities.Activities;
using Strava.Contracts;
using Strava.Contracts.Events;
using Strava.Contracts.Messages;
using Strava.Contracts.Tracks;
using Strava.Core.Bus;
using Strava.EventStore;
using Published = Strava.Contracts.Messages;

namespace Strava.Activities.Relay;

/// <summary>
/// From stream events to what the world is told. Pure. A message says how the activity is now, not what changed:
/// several events of one activity become one message with the newest version, and a repeat says nothing new.
/// </summary>
internal static class PublishedMessages
{
    /// <summary>
    /// A track beyond this many bytes is fetched by (id, version) instead of travelling in the message.
    /// </summary>
    public const int MaxTrackBytes = 64 * 1024;

    private static readonly HashSet<string> Telling =
    [
        Alias<Contracts.Events.ActivityCompleted>(), Alias<ActivityRenamed>(), Alias<ActivityVisibilityChanged>(),
        Alias<ActivitySportChanged>(), Alias<Contracts.Events.ActivityDeleted>(),
    ];

    /// <summary>Whether an event is of interest outside at all.</summary>
    public static bool IsTold(StoredEvent e) => Telling.Contains(e.Alias);

    /// <summary>All there is to say, as if it were new.</summary>
    public static IEnumerable<OutgoingMessage> Of(ActivityStream stream) => Of(stream, isNew: true, withTrack: true);

    /// <param name="stream">The stream as it is now.</param>
    /// <param name="told">Its events that the relay has just read.</param>
    public static IEnumerable<OutgoingMessage> Of(ActivityStream stream, IReadOnlyCollection<StoredEvent> told) => Of(
        stream,
        told.Any(e => e.Alias == Alias<Contracts.Events.ActivityCompleted>()),
        told.Any(e => e.Alias != Alias<ActivityRenamed>()));

    private static IEnumerable<OutgoingMessage> Of(ActivityStream stream, bool isNew, bool withTrack)
    {
        var activity = stream.Activity;
        if (activity.Final is null)
        {
            // Never saved: nobody outside knows of it.
            yield break;
        }

        if (activity.Deleted)
        {
            yield return Message(activity, new Published.ActivityDeleted
            {
                ActivityId = activity.Id,
                AthleteId = activity.AthleteId,
                Version = activity.Version,
            });
            yield break;
        }

        yield return Message(activity, isNew
            ? new Published.ActivityCompleted { Activity = Summary(activity) }
            : new ActivityRevised { Activity = Summary(activity) });

        if (activity.Visibility == Visibility.Everyone && withTrack)
        {
            yield return Message(activity, Track(stream));
        }
    }

    private static ActivitySummary Summary(Activity activity) => new()
    {
        ActivityId = activity.Id,
        AthleteId = activity.AthleteId,
        Version = activity.Version,
        Sport = activity.Sport,
        Name = activity.Name,
        Visibility = activity.Visibility,
        StartedAt = activity.StartedAt!.Value,
        CompletedAt = activity.Final!.At,
        TimeZone = activity.Final.TimeZone,
        LocalDate = activity.Final.LocalDate,
        DistanceMillimeters = activity.Final.DistanceMillimeters,
        TotalMilliseconds = activity.Final.TotalMilliseconds,
        ActiveMilliseconds = activity.Final.ActiveMilliseconds,
        MovingMilliseconds = activity.Final.MovingMilliseconds,
        ElevationGainCentimeters = activity.Final.ElevationGainCentimeters,
        ElevationLossCentimeters = activity.Final.ElevationLossCentimeters,
        PointCount = activity.Final.PointCount,
        Best5KmMilliseconds = activity.Final.Best5KmMilliseconds,
        Best10KmMilliseconds = activity.Final.Best10KmMilliseconds,
    };

    private static ActivityTrackPublished Track(ActivityStream stream)
    {
        // What is archived is fetched by whoever needs it: the relay never waits for the archive.
        var points = stream.HasPoints ? PointCodec.Encode([.. stream.Points().Select(ordered => ordered.Point)]) : null;
        return new ActivityTrackPublished
        {
            ActivityId = stream.Activity.Id,
            AthleteId = stream.Activity.AthleteId,
            Version = stream.Activity.Version,
            Sport = stream.Activity.Sport,
            Points = points?.Length <= MaxTrackBytes ? Convert.ToBase64String(points) : null,
        };
    }

    private static OutgoingMessage Message(Activity activity, object body) => new(activity.Id, activity.Version, body);

    private static string Alias<TEvent>() => EventTypes.SnakeCase(typeof(TEvent).Name);
}
