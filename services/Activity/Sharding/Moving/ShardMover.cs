using System.Diagnostics;
using Npgsql;

namespace Strava.Activities.Sharding.Moving;

/// <summary>
/// Moves one virtual shard to another database while all else goes on. Its own athletes wait with their writes, for
/// some seconds; reads never wait.
/// </summary>
/// <remarks>
/// 1. Noted in the control database. 2. The source refuses writers; those who passed before are waited for. 3. The
/// source's relay has published all. 4. Copied, compared, committed: the target has the rows, not open. 5. THE SWITCH:
/// the map names the target. 6. The source is gone, and when every node has the new map the target opens. 7. The
/// source's rows are removed. Until 5 whatever fails is undone, by this run or by the next one; after 5 it is only ever
/// completed. Each step looks at what is stored and may be repeated. Only one mover at a time: the lock is the
/// connection that switches, so whoever lost it switches nothing.
/// </remarks>
internal sealed class ShardMover(
    IReadOnlyDictionary<string, NpgsqlDataSource> databases, TimeProvider clock, TimeSpan keepSource, Action<string> tell)
{
    private const int LockClass = 0x5348_4152;
    private const int MoverLock = -1;
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DrainInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan UndoTimeout = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Also completes, or with its source as <paramref name="to"/> undoes, what an earlier run has left.
    /// </summary>
    /// <exception cref="ShardMoveException">It was not moved, and why.</exception>
    public async Task MoveAsync(int virtualShard, string to, CancellationToken cancellationToken)
    {
        await using var control = await databases[Shard.Home].OpenConnectionAsync(cancellationToken);
        if (!(await control.ListAsync(
            $"SELECT pg_try_advisory_lock({LockClass}, {MoverLock})", row => row.GetBoolean(0), cancellationToken))[0])
        {
            throw new ShardMoveException("Another move is under way.");
        }

        try
        {
            await MoveAsync(control, virtualShard, to, cancellationToken);
        }
        finally
        {
            // The connection goes back to a pool, which resets nothing.
            if (control.FullState == System.Data.ConnectionState.Open)
            {
                await control.ExecuteAsync($"SELECT pg_advisory_unlock({LockClass}, {MoverLock})", CancellationToken.None);
            }
        }
    }

    private async Task MoveAsync(NpgsqlConnection control, int virtualShard, string to, CancellationToken cancellationToken)
    {
        if (await WhereAsync(control, virtualShard, cancellationToken) is not { } now)
        {
            throw new ShardMoveException("There is no map yet: run --migrate with all databases configured.");
        }

        var move = await BegunAsync(control, virtualShard, cancellationToken);
        if (move is null && now == to)
        {
            tell($"virtual shard {virtualShard} is in {to} already");
            return;
        }

        if (move is not null && to != move.Source && to != move.Target)
        {
            throw new ShardMoveException($"A move to {move.Target} has begun: complete it with --to {move.Target}, or undo it with --to {move.Source}.");
        }

        move ??= new Move(virtualShard, now, to);
        if (now == move.Target)
        {
            tell($"virtual shard {virtualShard} has switched to {now} before; completing that");
        }
        else if (to == move.Source)
        {
            await UndoAsync(control, move, cancellationToken);
            return;
        }
        else
        {
            await PrepareAsync(control, move, cancellationToken);
            await SwitchAsync(control, move);
        }

        await CompleteAsync(control, move, cancellationToken);
    }

    /// <summary>Steps 1 to 4.</summary>
    private async Task PrepareAsync(NpgsqlConnection control, Move move, CancellationToken cancellationToken)
    {
        var (source, target) = (databases[move.Source], databases[move.Target]);
        try
        {
            await CheckAsync(move, cancellationToken);
            // First without a fence: what the relay has to catch up with makes nobody wait.
            await DrainAsync(source, cancellationToken);
            await control.ExecuteAsync(
                "INSERT INTO shard_move (virtual_shard, source, target) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                cancellationToken,
                move.VirtualShard,
                move.Source,
                move.Target);
            await FenceAsync(source, move.VirtualShard, cancellationToken);
            tell("writers are fenced");
            await DrainAsync(source, cancellationToken);
            await DiscardAsync(target, move.VirtualShard, cancellationToken);
            await ExpectAsync(target, move.VirtualShard, cancellationToken);
            await CheckRebuildsAsync(move, cancellationToken);
            await ShardCopy.RunAsync(source, target, move.VirtualShard, tell, cancellationToken);
        }
        catch
        {
            // Interrupted, too: the fence must not stay. If this fails as well, the next run does it.
            using var bound = new CancellationTokenSource(UndoTimeout);
            await UndoAsync(control, move, bound.Token);
            throw;
        }
    }

    /// <summary>A table that was made anew without its trigger would let writers by.</summary>
    private async Task CheckAsync(Move move, CancellationToken cancellationToken)
    {
        foreach (var name in new[] { move.Source, move.Target })
        {
            var missing = await databases[name].ListAsync("SELECT missing_shard_fences()", row => row.GetString(0), cancellationToken);
            if (missing.Count > 0)
            {
                throw new ShardMoveException($"{name} has no fence on {string.Join(", ", missing)}: run --migrate with all databases configured.");
            }
        }
    }

    /// <summary>After both databases know of the move: a rebuild that begins from now on is refused there.</summary>
    private async Task CheckRebuildsAsync(Move move, CancellationToken cancellationToken)
    {
        foreach (var name in new[] { move.Source, move.Target })
        {
            if ((await databases[name].ListAsync("SELECT rebuild_is_running()", row => row.GetBoolean(0), cancellationToken))[0])
            {
                throw new ShardMoveException($"A rebuild is under way in {name}: move after it.");
            }
        }
    }

    private static async Task FenceAsync(NpgsqlDataSource source, int virtualShard, CancellationToken cancellationToken)
    {
        if (await source.ExecuteAsync(
            "UPDATE virtual_shard SET state = 'fenced' WHERE id = $1 AND state IN ('here', 'fenced')", cancellationToken, virtualShard) == 0)
        {
            throw new ShardMoveException("The source does not have it open: its virtual_shard and the map do not agree.");
        }

        // Whoever passed before the fence holds this lock until the end of its transaction; whoever comes later sees
        // the fence.
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync("SELECT set_config('lock_timeout', '10s', true)", cancellationToken);
        await connection.ExecuteAsync($"SELECT pg_advisory_xact_lock({LockClass}, $1)", cancellationToken, virtualShard);
    }

    /// <summary>Until the source's relay has published all that is there.</summary>
    private async Task DrainAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var last = (await source.ListAsync("SELECT coalesce(max(seq_id), 0) FROM mt_events", row => row.GetInt64(0), cancellationToken))[0];
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var checkpoint = (await source.ListAsync(
                "SELECT coalesce(max(last_seq_id), 0) FROM mt_event_progression WHERE name = 'relay:All'",
                row => row.GetInt64(0),
                cancellationToken))[0];
            if (checkpoint >= last)
            {
                return;
            }

            if (Stopwatch.GetElapsedTime(begun) > DrainTimeout)
            {
                throw new ShardMoveException(
                    $"The source's relay is at event {checkpoint} of {last}: does the service run, does the broker answer?");
            }

            await Task.Delay(DrainInterval, clock, cancellationToken);
        }
    }

    /// <summary>
    /// What an earlier run copied is not trusted. The row's lock is waited for: a copy whose process was killed may
    /// still have a transaction, and may yet commit.
    /// </summary>
    private static async Task DiscardAsync(NpgsqlDataSource target, int virtualShard, CancellationToken cancellationToken)
    {
        await ExpectAsync(target, virtualShard, cancellationToken);
        await RemoveAsync(target, virtualShard, cancellationToken);
    }

    private static Task<int> ExpectAsync(NpgsqlDataSource target, int virtualShard, CancellationToken cancellationToken) =>
        target.ExecuteAsync(
            "INSERT INTO virtual_shard (id, state) VALUES ($1, 'coming') ON CONFLICT DO NOTHING", cancellationToken, virtualShard);

    private static async Task<long> RemoveAsync(NpgsqlDataSource database, int virtualShard, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync("SELECT set_config('statement_timeout', '0', true)", cancellationToken);
        var removed = await connection.ListAsync("SELECT remove_shard($1)", row => row.GetInt64(0), cancellationToken, virtualShard);
        await transaction.CommitAsync(cancellationToken);
        return removed[0];
    }

    private async Task UndoAsync(NpgsqlConnection control, Move move, CancellationToken cancellationToken)
    {
        await DiscardAsync(databases[move.Target], move.VirtualShard, cancellationToken);
        await databases[move.Source].ExecuteAsync(
            "UPDATE virtual_shard SET state = 'here' WHERE id = $1 AND state = 'fenced'", cancellationToken, move.VirtualShard);
        await EndAsync(control, move, cancellationToken);
        tell($"undone: virtual shard {move.VirtualShard} is in {move.Source}, open");
    }

    /// <summary>No token: whether it was done is known by the map alone, which the next run reads.</summary>
    private async Task SwitchAsync(NpgsqlConnection control, Move move)
    {
        if (await control.ExecuteAsync(
            """
            UPDATE shard_map SET database = $3, epoch = (SELECT max(epoch) + 1 FROM shard_map)
            WHERE virtual_shard = $1 AND database = $2
            """,
            CancellationToken.None,
            move.VirtualShard,
            move.Source,
            move.Target) == 0)
        {
            throw new ShardMoveException("The map has changed under this move.");
        }

        tell($"switched: virtual shard {move.VirtualShard} is in {move.Target}");
    }

    private async Task CompleteAsync(NpgsqlConnection control, Move move, CancellationToken cancellationToken)
    {
        var (source, target) = (databases[move.Source], databases[move.Target]);
        await source.ExecuteAsync(
            "UPDATE virtual_shard SET state = 'gone' WHERE id = $1 AND state = 'fenced'", CancellationToken.None, move.VirtualShard);
        await Task.Delay(2 * ShardMapWatch.Interval, clock, CancellationToken.None);
        await target.ExecuteAsync(
            "UPDATE virtual_shard SET state = 'here' WHERE id = $1 AND state = 'coming'", CancellationToken.None, move.VirtualShard);
        tell("open; the old rows stay for a while, for requests under way");

        await Task.Delay(keepSource, clock, cancellationToken);
        var left = await source.ListAsync(
            "SELECT 1 FROM virtual_shard WHERE id = $1 AND state = 'gone'", row => row.GetInt32(0), cancellationToken, move.VirtualShard);
        if (left.Count > 0)
        {
            tell($"removed {await RemoveAsync(source, move.VirtualShard, cancellationToken)} events from {move.Source}");
        }

        await EndAsync(control, move, cancellationToken);
        tell("done");
    }

    private static Task<int> EndAsync(NpgsqlConnection control, Move move, CancellationToken cancellationToken) =>
        control.ExecuteAsync("DELETE FROM shard_move WHERE virtual_shard = $1", cancellationToken, move.VirtualShard);

    private static async Task<string?> WhereAsync(NpgsqlConnection control, int virtualShard, CancellationToken cancellationToken) =>
        (await control.ListAsync(
            "SELECT database FROM shard_map WHERE virtual_shard = $1", row => row.GetString(0), cancellationToken, virtualShard))
            .FirstOrDefault();

    private static async Task<Move?> BegunAsync(NpgsqlConnection control, int virtualShard, CancellationToken cancellationToken) =>
        (await control.ListAsync(
            "SELECT source, target FROM shard_move WHERE virtual_shard = $1",
            row => new Move(virtualShard, row.GetString(0), row.GetString(1)),
            cancellationToken,
            virtualShard)).FirstOrDefault();

    private sealed record Move(int VirtualShard, string Source, string Target);
}
