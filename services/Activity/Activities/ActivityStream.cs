using Strava.Activities.Live;
using Strava.Contracts.Events;
using Strava.Contracts.Tracks;
using Strava.EventStore;

namespace Strava.Activities.Activities;

/// <summary>
/// A whole stream folded: the activity and its points. Pure; the same events always give the same figures.
/// </summary>
internal sealed class ActivityStream
{
    /// <summary>
    /// The events with the points, and what stands for one that was not read: no points are at hand then.
    /// </summary>
    public const string Route = "route_recorded";
    public const string RouteUnread = """{"Sequence":0,"Count":0}""";

    private readonly IReadOnlyList<TrackChunk>? _chunks;

    private ActivityStream(Activity activity, IReadOnlyList<TrackChunk>? chunks)
    {
        Activity = activity;
        _chunks = chunks;
    }

    public Activity Activity { get; }

    /// <summary>False: points are in the archive and were not fetched. All else is here.</summary>
    public bool HasPoints => _chunks is not null;

    /// <summary>The chunks in the order in which they came.</summary>
    /// <exception cref="InvalidOperationException">The points were not fetched: a short track must never pass for the
    /// whole.</exception>
    public IReadOnlyList<TrackChunk> Chunks =>
        _chunks ?? throw new InvalidOperationException($"The points of activity {Activity.Id} are archived and were not fetched.");

    /// <returns><c>null</c> when the stream is empty.</returns>
    public static ActivityStream? Fold(IReadOnlyList<StoredEvent> events)
    {
        if (events.Count == 0)
        {
            return null;
        }

        var routes = events.Select(e => e.Body).OfType<RouteRecorded>().ToArray();
        var chunks = Array.Exists(routes, route => route.Points is null) ? null : routes.SelectMany(LiveFold.PostsOf).ToArray();
        return new ActivityStream(Activity.Of(events[0].StreamId, [.. events.Select(e => e.Body!)]), chunks);
    }

    public static ActivityStream Of(Activity activity, IReadOnlyList<TrackChunk> chunks) => new(activity, chunks);

    /// <summary>The stream after more events, none of which brings points.</summary>
    public ActivityStream After(IReadOnlyList<object> events) => new(Activity.Apply(events), _chunks);

    /// <summary>
    /// A saved activity with its best times, which no event holds: by the points, else what was kept of them.
    /// </summary>
    public ActivityStream WithBestTimes(BestTimes kept) => Activity.Final is null
        ? this
        : new(Activity.With(HasPoints ? BestTimes.Of(Activity.Sport, Activity.Log, Points()) : kept), _chunks);

    /// <summary>The same by what was kept alone: nothing is worked out.</summary>
    public ActivityStream With(BestTimes kept) => new(Activity.With(kept), _chunks);

    /// <summary>
    /// With live posts that are not in it yet. One that is in it too counts once: whoever orders points drops repeats.
    /// </summary>
    public ActivityStream With(IReadOnlyList<TrackChunk> buffered) => buffered.Count == 0 ? this : new(Activity, [.. Chunks, .. buffered]);

    public OrderedPoint[] Points() => TrackOrder.Merge(Chunks, Activity.Log);

    /// <param name="now">While the activity is open its times run until now.</param>
    public TrackFigures Figures(DateTimeOffset now) =>
        TrackStatistics.Compute(
            Activity.Sport, Activity.Log, Points(), now.ToUnixTimeMilliseconds(), Activity.ElevationSource);

    public static RouteRecorded EventOf(TrackChunk chunk) =>
        new(chunk.Sequence, chunk.Points.Length, Convert.ToBase64String(PointCodec.Encode(chunk.Points)));
}
