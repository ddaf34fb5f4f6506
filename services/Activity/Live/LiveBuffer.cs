using Npgsql;
using Strava.Activities.Activities;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;
using Strava.ServiceDefaults;

namespace Strava.Activities.Live;

/// <summary>What came of a live post.</summary>
internal enum LivePost
{
    Stored = 1,

    /// <summary>The same post was stored before; nothing changed.</summary>
    Repeated = 2,

    /// <summary>Other points are stored under this number.</summary>
    Differs = 3,

    /// <summary>The activity takes no points in its state.</summary>
    WrongState = 4,

    /// <summary>There is no such activity of this athlete.</summary>
    Missing = 5,

    /// <summary>The activity has as many points as one may have.</summary>
    TooMany = 6,
}

/// <summary>
/// Live posts, durable as a small row each until they are folded into the stream: every minute, and with each change of
/// the activity.
/// </summary>
/// <remarks>
/// A post is known by its row in route_chunk, as any chunk is, whether it is buffered or folded. Posts hold the
/// stream's row shared, whoever folds or completes holds it alone: none slips in between what a fold has read and what
/// it takes away.
/// </remarks>
internal sealed class LiveBuffer(NpgsqlDataSource database, ActivityStore store)
{
    private const int MostAttempts = 5;

    /// <summary>Safe to repeat: the number and the hash decide.</summary>
    public async Task<LivePost> AddAsync(
        Guid activityId, Guid athleteId, TrackChunk post, CancellationToken cancellationToken)
    {
        var hash = PointCodec.ContentHash(post.Points);
        var points = PointCodec.Encode(post.Points);
        LivePost? outcome = null;
        for (var attempt = 0; outcome is null && attempt < MostAttempts; attempt++)
        {
            // Once more when the same post came twice at once: the row was not there and could not be written.
            outcome = await TryAddAsync(activityId, athleteId, post.Sequence, hash, points, cancellationToken);
        }

        return outcome switch
        {
            null => throw new UnavailableException("This post is being stored by another request; send it again."),
            LivePost.WrongState => await AfterTheEndAsync(activityId, post, cancellationToken),
            { } known => known,
        };
    }

    /// <summary>
    /// Moves an activity's posts into its stream: one transaction, all or none. Safe to repeat and to do twice at once.
    /// </summary>
    /// <returns>How many posts were moved.</returns>
    public async Task<int> FoldAsync(Guid activityId, CancellationToken cancellationToken)
    {
        await using var session = await store.OpenSessionAsync(cancellationToken);
        if (await store.LockAsync(session, activityId, [], cancellationToken) is not { Buffered.Count: > 0 } locked)
        {
            return 0;
        }

        if (locked.Activity.Deleted)
        {
            // By another writer than this service, which takes them away in the same transaction.
            session.Batch.BatchCommands.Add(LiveRows.Delete(activityId));
        }
        else
        {
            ActivityStore.Append(session, locked, [], locked.StatisticsWithBuffered());
        }

        await store.SaveAsync(session, cancellationToken);
        return locked.Buffered.Count;
    }

    /// <summary>Activities with a post that has waited so long, the longest first.</summary>
    public async Task<IReadOnlyList<Guid>> DueAsync(TimeSpan age, int most, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT activity_id FROM live_buffer GROUP BY activity_id
            HAVING min(received_at) <= now() - $1 ORDER BY min(received_at) LIMIT $2
            """);
        command.Parameters.Add(new() { Value = age });
        command.Parameters.Add(new() { Value = most });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<Guid>();
        while (await rows.ReadAsync(cancellationToken))
        {
            due.Add(rows.GetGuid(0));
        }

        return due;
    }

    /// <summary>Makes the partitions of the days to come and drops those that are done with. Safe to repeat.</summary>
    /// <returns>How many were made or dropped.</returns>
    public async Task<int> KeepPartitionsAsync(int daysAhead, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT live_buffer_partitions($1)");
        command.Parameters.Add(new() { Value = daysAhead });
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<LivePost?> TryAddAsync(
        Guid activityId, Guid athleteId, long sequence, byte[] hash, byte[] points, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // One round trip, one implicit transaction. The second statement sees what was committed before the lock was
        // given.
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { LiveRows.Share(activityId), LiveRows.Insert(activityId, athleteId, sequence, hash, points) },
        };
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
        {
            return LivePost.Missing;
        }

        if (rows.GetBoolean(0))
        {
            return LivePost.Stored;
        }

        if (!rows.IsDBNull(2))
        {
            return rows.GetFieldValue<byte[]>(2).AsSpan().SequenceEqual(hash) ? LivePost.Repeated : LivePost.Differs;
        }

        return (ActivityState)rows.GetInt16(1) is ActivityState.Created or ActivityState.Complete ? LivePost.WrongState
            : rows.GetBoolean(3) ? LivePost.TooMany : null;
    }

    /// <summary>A saved activity's posts are in its stream alone; one that comes after the end is rare.</summary>
    private async Task<LivePost> AfterTheEndAsync(Guid activityId, TrackChunk post, CancellationToken cancellationToken)
    {
        var stream = await store.FetchStreamAsync(activityId, cancellationToken);
        return stream?.Chunks.FirstOrDefault(chunk => chunk.Sequence == post.Sequence) is not { } stored
            ? LivePost.WrongState
            : stored.Points.AsSpan().SequenceEqual(post.Points) ? LivePost.Repeated : LivePost.Differs;
    }
}
