using System.Data;
using Npgsql;
using Strava.Activities.Sharding;
using Strava.Contracts.Tracks;
using Strava.Core.Rebuild;
using Strava.EventStore;

namespace Strava.Activities.Rebuild;

/// <summary>
/// Rebuilds the rows beside the streams of one database. Its writers know nothing of it and write no copies; what they
/// move meanwhile is folded again, found by the events beyond a number below which all were visible (the relay's
/// checkpoint, which is exact) and by the version.
/// </summary>
internal sealed class ReadModelRebuild(Shard shard, TimeProvider clock, ILogger<ReadModelRebuild> log)
    : RebuildWorker(shard.Database, clock, log)
{
    private const int StreamsAtOnce = 200;

    /// <summary>So many are folded while all writers wait; more are folded before that.</summary>
    private const int FewEnough = 200;

    private const int MaxTries = 60;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly StreamCopies _copies = new(shard);

    protected override async Task FillAsync(RebuildProgress rebuild, CancellationToken cancellationToken)
    {
        if (rebuild.After == Guid.Empty)
        {
            await BeginAsync(rebuild.Id, cancellationToken);
        }

        try
        {
            for (var after = (Guid?)rebuild.After; after is not null;)
            {
                after = await FillAfterAsync(rebuild.Id, after.Value, cancellationToken);
            }
        }
        catch (Exception fault) when (fault is UnreadableEventException or PointCodecException or FormatException or InvalidCastException)
        {
            // Swapped in, the copies would lack what live has.
            await State.EndAsync(
                rebuild.Id, "failed", $"An activity cannot be read: {fault.Message} Deploy the build that can.", cancellationToken);
        }
    }

    /// <summary>
    /// Catches up and compares as of one moment: what the transaction sees of streams and of live is of the same
    /// commit, however many write meanwhile.
    /// </summary>
    protected override async Task<long> CompareAsync(RebuildProgress rebuild, CancellationToken cancellationToken)
    {
        await using var connection = await shard.Database.OpenConnectionAsync(cancellationToken);
        // Before the moment: all up to it are visible then.
        var settled = await ScalarAsync<long>(connection, Settled, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        foreach (var some in (await MovedAsync(connection, rebuild.Id, cancellationToken)).Chunk(StreamsAtOnce))
        {
            await _copies.WriteAsync(connection, rebuild.Id, some, cancellationToken);
        }

        var differences = await RebuildState.CompareAsync(rebuild.Id, connection, cancellationToken);
        await ExecuteAsync(connection, "UPDATE rebuild SET horizon = $2 WHERE id = $1", cancellationToken, rebuild.Id, settled);
        await transaction.CommitAsync(cancellationToken);
        return differences;
    }

    /// <summary>
    /// Stops the writers, folds what has moved since the comparison, swaps. They wait for half a second at most for the
    /// lock, and for the few streams; when that is not enough, they go on and this comes again.
    /// </summary>
    protected override async Task SwapAsync(RebuildProgress rebuild, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (await TrySwapAsync(rebuild, cancellationToken))
                {
                    return;
                }

                await CompareAsync(rebuild, cancellationToken);
            }
            catch (PostgresException exception)
                when (exception.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected
                    && tries < MaxTries)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private const string Settled =
        "SELECT coalesce((SELECT last_seq_id FROM mt_event_progression WHERE name = 'relay:All'), 0)";

    private async Task BeginAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await shard.Database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(
            connection,
            $"""
             UPDATE rebuild SET horizon = ({Settled}), shards = shards_here(), total = (SELECT count(*) FROM mt_streams)
             WHERE id = $1 AND horizon IS NULL
             """,
            cancellationToken,
            id);
    }

    /// <returns>How far the copies are now; <c>null</c>: they are full, or somebody else fills them.</returns>
    private async Task<Guid?> FillAfterAsync(Guid rebuild, Guid after, CancellationToken cancellationToken)
    {
        await using var connection = await shard.Database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var next = new NpgsqlCommand(
            "SELECT ARRAY(SELECT id FROM mt_streams WHERE id > $1 ORDER BY id LIMIT $2)", connection)
        {
            Parameters = { new() { Value = after }, new() { Value = StreamsAtOnce } },
        };
        var ids = (Guid[])(await next.ExecuteScalarAsync(cancellationToken))!;
        var isLast = ids.Length < StreamsAtOnce;
        var upTo = ids.Length > 0 ? ids[^1] : after;
        var folded = await _copies.WriteAsync(connection, rebuild, ids, cancellationToken);
        var isMoved = await ExecuteAsync(
            connection,
            """
            UPDATE rebuild SET after = $3, told = told + $4, moved_at = clock_timestamp(),
                state = CASE WHEN $5 THEN 'verifying' ELSE state END
            WHERE id = $1 AND state = 'filling' AND after = $2
            """,
            cancellationToken,
            rebuild,
            after,
            upTo,
            (long)folded,
            isLast);
        if (isMoved == 0)
        {
            return null;
        }

        await transaction.CommitAsync(cancellationToken);
        return isLast ? null : upTo;
    }

    /// <returns>False: too many have moved for the writers to wait for.</returns>
    private async Task<bool> TrySwapAsync(RebuildProgress rebuild, CancellationToken cancellationToken)
    {
        await using var connection = await shard.Database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, "SET LOCAL lock_timeout = '500ms'", cancellationToken);
        // Whoever writes a stream, Marten too, holds or wants its row here first.
        await ExecuteAsync(connection, "LOCK TABLE mt_streams IN EXCLUSIVE MODE", cancellationToken);
        var moved = await MovedAsync(connection, rebuild.Id, cancellationToken);
        if (moved.Length > FewEnough)
        {
            return false;
        }

        await _copies.WriteAsync(connection, rebuild.Id, moved, cancellationToken);
        await ExecuteAsync(connection, "SELECT rebuild_swap($1)", cancellationToken, rebuild.Id);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static async Task<Guid[]> MovedAsync(NpgsqlConnection connection, Guid rebuild, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT rebuild_moved($1)", connection)
        {
            Parameters = { new() { Value = rebuild } },
        };
        return (Guid[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<int> ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
