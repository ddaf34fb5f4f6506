using Npgsql;
using Strava.Activities.Activities;
using Strava.Activities.Sharding;
using Strava.Contracts.Tracks;
using Strava.EventStore;
using Strava.ServiceDefaults;

namespace Strava.Activities.Relay;

/// <summary>
/// Brings the rows beside a stream up to it where somebody wrote the stream alone: a Marten writer knows nothing of our
/// rows. Safe to repeat, on several nodes too: under the stream's lock the rows become what the whole stream says.
/// </summary>
internal sealed partial class SummaryRepair(Shard shard, TimeProvider clock, ILogger log)
{
    /// <returns>Those of the streams whose rows are behind. One query, index look-ups.</returns>
    public async Task<IReadOnlyList<Guid>> BehindAsync(IReadOnlyCollection<Guid> streams, CancellationToken cancellationToken)
    {
        await using var command = shard.Database.CreateCommand(
            """
            SELECT s.id FROM mt_streams s LEFT JOIN activity a ON a.id = s.id
            WHERE s.id = ANY($1) AND s.version > coalesce(a.version, 0)
            """);
        command.Parameters.Add(new() { Value = streams.ToArray() });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var behind = new List<Guid>();
        while (await rows.ReadAsync(cancellationToken))
        {
            behind.Add(rows.GetGuid(0));
        }

        return behind;
    }

    /// <returns>False when somebody is writing to the stream: ask again later, the relay waits for nobody's
    /// lock.</returns>
    public async Task<bool> RepairAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var session = new EventSession(
            await shard.Database.OpenConnectionAsync(cancellationToken), ActivityEventTypes.All, clock);
        NpgsqlBatchCommand query = new("SELECT version FROM mt_streams WHERE id = $1 FOR UPDATE SKIP LOCKED")
        {
            Parameters = { new() { Value = id } },
        };
        await using (var rows = await session.LockAsync([query], cancellationToken))
        {
            if (!await rows.ReadAsync(cancellationToken))
            {
                return false;
            }
        }

        // Nobody commits a version while the row is held, so this is the stream as of the lock.
        if (ActivityStream.Fold(await shard.Reader.FetchStreamAsync(id, cancellationToken)) is not { } stream)
        {
            return true;
        }

        var kept = await BestTimes.FetchAsync(shard.Database, [id], cancellationToken);
        if (!kept.ContainsKey(id) && !stream.HasPoints && stream.Activity is { Final: not null, Deleted: false })
        {
            // The row itself is lost and the points are in the archive: without them it would say that there are no
            // best times, for good. The archive's own timeout bounds how long the stream stays locked.
            try
            {
                stream = (await shard.Store.FetchStreamAsync(id, cancellationToken))!;
            }
            catch (UnavailableException fault)
            {
                LogLeft(log, id, fault.Message);
                return true;
            }
        }

        foreach (var command in Rows(stream.WithBestTimes(kept.GetValueOrDefault(id))))
        {
            session.Batch.BatchCommands.Add(command);
        }

        try
        {
            await session.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (PostgresException refusal) when (refusal.SqlState == RequestShards.FencedSqlState)
        {
            // Its virtual shard is about to move, and the move waits for the relay in vain: it is given up, and then
            // this goes on.
            return false;
        }
    }

    /// <summary>What makes the rows beside a stream just what it says.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Rows(ActivityStream stream)
    {
        var activity = stream.Activity;
        yield return ActivityRows.Upsert(activity);
        if (activity.Final is not null || activity.Deleted)
        {
            yield return ActivityRows.DeleteWorkingRows(activity.Id);
        }
        else
        {
            // The running figures are worked out from the points when they are next asked for.
            yield return ActivityRows.UpsertProgress(activity, statistics: null);
            if (stream.HasPoints)
            {
                yield return new(
                    """
                    INSERT INTO route_chunk (activity_id, sequence, content_hash) SELECT $1, * FROM unnest($2, $3)
                    ON CONFLICT DO NOTHING
                    """)
                {
                    Parameters =
                    {
                        new() { Value = activity.Id },
                        new() { Value = stream.Chunks.Select(chunk => chunk.Sequence).ToArray() },
                        new() { Value = stream.Chunks.Select(chunk => PointCodec.ContentHash(chunk.Points)).ToArray() },
                    },
                };
            }
        }

        if (activity.Deleted)
        {
            yield return new("DELETE FROM imported_file WHERE activity_id = $1")
            {
                Parameters = { new() { Value = activity.Id } },
            };
        }
    }

    [LoggerMessage(
        8112,
        LogLevel.Error,
        "The row of activity {StreamId} is lost and is not restored, because its points cannot be had: {Reason}. Run "
        + "--rebuild when the archive is back")]
    private static partial void LogLeft(ILogger log, Guid streamId, string reason);
}
