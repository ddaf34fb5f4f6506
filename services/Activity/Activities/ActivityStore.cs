using Npgsql;
using Strava.Activities.Archive;
using Strava.Activities.Live;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;
using Strava.Core.Idempotency;
using Strava.EventStore;
using Strava.ServiceDefaults;

namespace Strava.Activities.Activities;

/// <summary>An activity under its stream's lock.</summary>
/// <param name="Activity">As of the stream's version.</param>
/// <param name="Statistics">Running figures; <c>null</c> when they must be worked out from the points.</param>
/// <param name="KnownChunks">Content hash of each asked-for chunk that is stored.</param>
/// <param name="AthleteTimeZone">The athlete's zone, when known.</param>
/// <param name="Buffered">Live posts that are not in the stream yet, in the order of their numbers.</param>
internal sealed record LockedActivity(
    Activity Activity,
    TrackStatistics? Statistics,
    IReadOnlyDictionary<long, byte[]> KnownChunks,
    string? AthleteTimeZone,
    IReadOnlyList<TrackChunk> Buffered)
{
    /// <summary>The running figures once the buffered posts are in the stream.</summary>
    public TrackStatistics? StatisticsWithBuffered() => RunningFigures.Continue(Statistics, Buffered, Activity.Log);
}

/// <summary>Loads and saves activities: events and the rows beside them in one transaction.</summary>
/// <param name="database">The service's own.</param>
/// <param name="reader">Of streams.</param>
/// <param name="signal">Wakes the relay.</param>
/// <param name="clock">The clock.</param>
/// <param name="archive">Fetches archived points; <c>null</c>: there is no archive.</param>
internal sealed class ActivityStore(
    NpgsqlDataSource database, EventReader reader, CommitSignal signal, TimeProvider clock, PointArchive? archive = null)
{
    public async Task<EventSession> OpenSessionAsync(CancellationToken cancellationToken) =>
        new(await database.OpenConnectionAsync(cancellationToken), ActivityEventTypes.All, clock);

    /// <summary>The activity by its row, without a lock. One index look-up.</summary>
    /// <returns><c>null</c> when there is none, or it is deleted.</returns>
    public async Task<Activity?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
             SELECT {ActivityRows.Columns} FROM activity a LEFT JOIN activity_progress p ON p.activity_id = a.id
             WHERE a.id = $1 AND NOT a.deleted
             """);
        command.Parameters.Add(new() { Value = id });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? ActivityRows.Read(rows) : null;
    }

    /// <summary>The whole stream folded, archived points fetched. Cost: one index range, its points decoded.</summary>
    /// <exception cref="UnavailableException">Its points are archived and the archive does not give them.</exception>
    public async Task<ActivityStream?> FetchStreamAsync(Guid id, CancellationToken cancellationToken)
    {
        var events = await reader.FetchStreamAsync(id, cancellationToken);
        if (events.Any(PointArchive.IsArchived))
        {
            events = archive is null
                ? throw PointArchive.NotConfigured()
                : await archive.FillAsync(events, () => reader.FetchStreamAsync(id, cancellationToken), cancellationToken);
        }

        return ActivityStream.Fold(events);
    }

    /// <summary>
    /// Stream and live buffer as one. What is folded meanwhile is read twice and counts once, never not at all.
    /// </summary>
    /// <param name="activity">By its row: a saved activity has no buffer.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<ActivityStream> FetchLiveAsync(Activity activity, CancellationToken cancellationToken)
    {
        var buffered = activity.State == ActivityState.Complete ? [] : await BufferedAsync(activity.Id, cancellationToken);
        return (await FetchStreamAsync(activity.Id, cancellationToken))!.With(buffered);
    }

    /// <summary>What the stream says of the activity; archived points stay where they are.</summary>
    public async Task<Activity?> FetchActivityAsync(Guid id, CancellationToken cancellationToken) =>
        ActivityStream.Fold(await reader.FetchStreamAsync(id, cancellationToken))?.Activity;

    /// <summary>
    /// Locks the stream and loads the activity; other writers of this stream wait until the session ends.
    /// </summary>
    /// <returns><c>null</c> when there is none.</returns>
    public async Task<LockedActivity?> LockAsync(
        EventSession session, Guid id, long[] sequences, CancellationToken cancellationToken)
    {
        NpgsqlBatchCommand[] queries =
        [
            // On its own: a statement that waited for the lock would go on with what it saw before.
            new("SELECT 1 FROM mt_streams WHERE id = $1 FOR UPDATE") { Parameters = { new() { Value = id } } },
            new($"""
                 SELECT {ActivityRows.Columns}, s.version, p.statistics::text, p.figures, c.time_zone
                 FROM mt_streams s JOIN activity a ON a.id = s.id
                 LEFT JOIN activity_progress p ON p.activity_id = s.id LEFT JOIN athlete_copy c ON c.athlete_id = a.athlete_id
                 WHERE s.id = $1
                 """)
            {
                Parameters = { new() { Value = id } },
            },
            new("SELECT sequence, content_hash FROM route_chunk WHERE activity_id = $1 AND sequence = ANY($2)")
            {
                Parameters = { new() { Value = id }, new() { Value = sequences } },
            },
            LiveRows.Select(id),
        ];
        await using var rows = await session.LockAsync(queries, cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
        {
            return null;
        }

        var activity = ActivityRows.Read(rows);
        const int next = ActivityRows.ColumnCount;
        var streamVersion = rows.GetInt64(next);
        var statistics = ActivityRows.ReadStatistics(rows, next + 1);
        var timeZone = rows.IsDBNull(next + 3) ? null : rows.GetString(next + 3);
        await rows.NextResultAsync(cancellationToken);
        var chunks = new Dictionary<long, byte[]>();
        while (await rows.ReadAsync(cancellationToken))
        {
            chunks.Add(rows.GetInt64(0), rows.GetFieldValue<byte[]>(1));
        }

        await rows.NextResultAsync(cancellationToken);
        var buffered = await LiveRows.ReadAsync(rows, cancellationToken);
        await rows.DisposeAsync();
        if (activity.Version < streamVersion)
        {
            // Somebody else (Marten) wrote to the stream: what the row says is behind, the stream is the truth.
            var stream = ActivityStream.Fold(await reader.FetchStreamAsync(id, cancellationToken))!;
            activity = stream.WithBestTimes(BestTimes.Of(activity)).Activity;
            statistics = null;
        }

        if (activity is { PointsSent: null, Final: null, Deleted: false })
        {
            // Whoever writes next writes it down: one query in the activity's life.
            await using var count = new NpgsqlBatch(session.Batch.Connection) { BatchCommands = { ActivityRows.CountPoints(id) } };
            activity = activity with { PointsSent = (int)(await count.ExecuteScalarAsync(cancellationToken))! };
        }

        return new LockedActivity(activity, statistics, chunks, timeZone, buffered);
    }

    /// <summary>Begins the stream of a new activity, with its row. Not yet saved.</summary>
    public static Activity Start(EventSession session, Guid id, IReadOnlyList<object> events)
    {
        var activity = Activity.Of(id, events);
        session.StartStream(id, events);
        AddRows(session, activity, new TrackStatistics(activity.Sport), isNew: true);
        return activity;
    }

    /// <summary>
    /// Appends to a locked activity, with its row; its live posts are folded in before. Not yet saved.
    /// </summary>
    public static Activity Append(EventSession session, LockedActivity locked, IReadOnlyList<object> events, TrackStatistics? statistics)
    {
        var before = locked.Activity;
        IReadOnlyList<object> all = [.. LiveFold.EventsOf(locked.Buffered), .. events];
        var after = before.Apply(all);
        session.Append(before.Id, before.Version, all);
        if (locked.Buffered.Count > 0)
        {
            session.Batch.BatchCommands.Add(LiveRows.Delete(before.Id));
        }

        AddRows(session, after, statistics, isNew: false);
        return after;
    }

    /// <summary>
    /// Appends a chunk to an activity as of the version it bears, locked or not: whoever was faster makes the save fail
    /// with <see cref="ConcurrencyException"/>, and the chunk's own key makes a repeat fail. Not yet saved.
    /// </summary>
    public static Activity AppendChunk(
        EventSession session, Activity before, TrackChunk chunk, byte[] contentHash, TrackStatistics? statistics)
    {
        var recorded = ActivityStream.EventOf(chunk);
        var after = before.Apply(recorded);
        session.Append(before.Id, before.Version, [recorded]);
        session.Batch.BatchCommands.Add(ActivityRows.Advance(after, chunk.Sequence, contentHash, statistics));
        return after;
    }

    private async Task<List<TrackChunk>> BufferedAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { LiveRows.Select(id) } };
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        return await LiveRows.ReadAsync(rows, cancellationToken);
    }

    /// <summary>Keeps the answer to a request that changes nothing; see <see cref="KeptAnswers"/>.</summary>
    /// <param name="session">Ended first: nobody waits for its lock, and no request holds two connections.</param>
    /// <param name="context">The request.</param>
    /// <param name="answer">Its answer.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task KeepAsync(EventSession? session, HttpContext context, IResult answer, CancellationToken cancellationToken)
    {
        if (session is not null)
        {
            await session.DisposeAsync();
        }

        await database.KeepAsync(context, answer, cancellationToken);
    }

    public async Task SaveAsync(EventSession session, CancellationToken cancellationToken)
    {
        await session.SaveChangesAsync(cancellationToken);
        signal.Committed();
    }

    private static void AddRows(EventSession session, Activity activity, TrackStatistics? statistics, bool isNew)
    {
        session.Batch.BatchCommands.Add(ActivityRows.Upsert(activity));
        if (activity.Final is null && !activity.Deleted)
        {
            session.Batch.BatchCommands.Add(ActivityRows.UpsertProgress(activity, statistics));
        }
        else if (!isNew)
        {
            session.Batch.BatchCommands.Add(ActivityRows.DeleteWorkingRows(activity.Id));
        }
    }
}
