using System.Globalization;
using Npgsql;

namespace Strava.Activities.Sharding.Moving;

/// <summary>
/// Copies the rows of a fenced virtual shard: one snapshot of the source, one transaction of the target, in which all
/// is counted and compared before it commits. Cut off anywhere it leaves nothing.
/// </summary>
internal sealed class ShardCopy(NpgsqlConnection source, NpgsqlConnection target, int virtualShard, Action<string> tell)
{
    // Nothing of the rows but the events' numbers is another here than there.
    private const string Checksum = "count(*), coalesce(sum(hashtextextended((to_jsonb(t) - 'seq_id')::text, 0)), 0)::text";

    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static async Task RunAsync(
        NpgsqlDataSource from, NpgsqlDataSource to, int virtualShard, Action<string> tell, CancellationToken cancellationToken)
    {
        await using var source = await from.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await source.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using var target = await to.OpenConnectionAsync(cancellationToken);
        await using var transaction = await target.BeginTransactionAsync(cancellationToken);
        foreach (var side in new[] { source, target })
        {
            // A big one takes longer than any request may. The zone is part of what the checksum sees.
            await side.ExecuteAsync(
                """
                SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true),
                       set_config('timezone', 'UTC', true), set_config('strava.moving_shard', $1, true)
                """,
                cancellationToken,
                virtualShard.ToString(Invariant));
        }

        await new ShardCopy(source, target, virtualShard, tell).CopyAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task CopyAsync(CancellationToken cancellationToken)
    {
        // Whoever would throw the copy away waits for its end.
        var expected = await target.ListAsync(
            "SELECT id FROM virtual_shard WHERE id = $1 AND state = 'coming' FOR UPDATE",
            row => row.GetInt32(0),
            cancellationToken,
            virtualShard);
        if (expected.Count == 0)
        {
            throw new ShardMoveException("The target no longer expects it: somebody has undone this move.");
        }

        var tables = await source.ListAsync(
            "SELECT name, condition FROM shard_tables() ORDER BY place",
            row => (Name: row.GetString(0), Condition: row.GetString(1).Replace("$1", virtualShard.ToString(Invariant), StringComparison.Ordinal)),
            cancellationToken);
        var ofEvents = tables.Single(table => table.Name == "mt_events").Condition;
        var number = await DrawNumbersAsync(ofEvents, cancellationToken);
        foreach (var (name, condition) in tables)
        {
            var columns = await source.ListAsync(
                """
                SELECT quote_ident(attname) FROM pg_attribute
                WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
                """,
                row => row.GetString(0),
                cancellationToken,
                name);
            var numbered = $"SELECT e.*, row_number() OVER (ORDER BY e.seq_id) - 1 AS n FROM (SELECT * FROM mt_events t WHERE {ofEvents}) e";
            await CopyAsync(name, columns, name switch
            {
                "mt_events" => $"SELECT {Renumbered(columns, number)} FROM ({numbered}) t ORDER BY t.seq_id",
                "parked_event" => $"SELECT {Renumbered(columns, number)} "
                    + $"FROM (SELECT p.*, e.n FROM parked_event p JOIN ({numbered}) e ON e.seq_id = p.seq_id) t",
                _ => $"SELECT {string.Join(", ", columns)} FROM {name} t WHERE {condition}",
            }, cancellationToken);
            await CompareAsync(name, condition, cancellationToken);
        }
    }

    /// <summary>
    /// Numbers for the events, in the order that they had, from the target's own sequence. Others draw at the same
    /// time, so it may be several ranges. They are noted with the events: the relay goes past them.
    /// </summary>
    /// <returns>The number of the n-th event, as SQL over <c>t.n</c>.</returns>
    private async Task<string> DrawNumbersAsync(string ofEvents, CancellationToken cancellationToken)
    {
        var count = (await source.ListAsync(
            $"SELECT count(*) FROM mt_events t WHERE {ofEvents}", row => row.GetInt64(0), cancellationToken))[0];
        var ranges = await target.ListAsync(
            """
            INSERT INTO moved_range (first_seq_id, last_seq_id)
            SELECT min(n), max(n) FROM (
                SELECT n, n - row_number() OVER (ORDER BY n) AS range
                FROM (SELECT nextval('mt_events_sequence') AS n FROM generate_series(1, $1)) AS drawn) AS ranged
            GROUP BY range RETURNING first_seq_id, last_seq_id
            """,
            row => (First: row.GetInt64(0), Last: row.GetInt64(1)),
            cancellationToken,
            count);
        ranges.Sort();
        var before = 0L;
        var offsets = ranges.ConvertAll(range => (before += range.Last - range.First + 1) - (range.Last - range.First + 1));
        var at = $"width_bucket(t.n, {Array(offsets)})";
        return $"({Array(ranges.ConvertAll(range => range.First))})[{at}] + t.n - ({Array(offsets)})[{at}]";

        static string Array(List<long> numbers) => $"ARRAY[{string.Join(',', numbers)}]::bigint[]";
    }

    private static string Renumbered(List<string> columns, string number) =>
        string.Join(", ", columns.Select(column => column == "seq_id" ? $"({number}) AS seq_id" : $"t.{column}"));

    private async Task CopyAsync(string name, List<string> columns, string rows, CancellationToken cancellationToken)
    {
        // A friend's shard may have brought the row before: the newer one stays. COPY cannot say that, so it goes
        // through a table of the transaction's own.
        var isShared = name == "friendship_copy";
        if (isShared)
        {
            await target.ExecuteAsync("CREATE TEMPORARY TABLE moving_friendship (LIKE friendship_copy) ON COMMIT DROP", cancellationToken);
        }

        var list = string.Join(", ", columns);
        await using (var read = await source.BeginRawBinaryCopyAsync($"COPY ({rows}) TO STDOUT (FORMAT BINARY)", cancellationToken))
        await using (var write = await target.BeginRawBinaryCopyAsync(
            $"COPY {(isShared ? "moving_friendship" : name)} ({list}) FROM STDIN (FORMAT BINARY)", cancellationToken))
        {
            try
            {
                await read.CopyToAsync(write, cancellationToken);
            }
            catch
            {
                // Or what has come would count as all.
                await write.CancelAsync();
                throw;
            }
        }

        if (isShared)
        {
            await target.ExecuteAsync(
                """
                INSERT INTO friendship_copy AS c SELECT * FROM moving_friendship
                ON CONFLICT (athlete_a, athlete_b) DO UPDATE SET version = excluded.version, are_friends = excluded.are_friends
                WHERE c.version < excluded.version
                """,
                cancellationToken);
        }
    }

    private async Task CompareAsync(string name, string condition, CancellationToken cancellationToken)
    {
        // Of friendships some may be newer here, and there may be more.
        var what = name == "friendship_copy" ? "count(*), ''" : Checksum;
        var (there, here) = (await ReadAsync(source), await ReadAsync(target));
        tell($"{name}: {here.Rows} rows");
        if (what == Checksum ? there != here : here.Rows < there.Rows)
        {
            throw new ShardMoveException($"{name}: the copy of {there.Rows} rows has {here.Rows} or other ones; nothing was moved.");
        }

        async Task<(long Rows, string Sum)> ReadAsync(NpgsqlConnection side) => (await side.ListAsync(
            $"SELECT {what} FROM {name} t WHERE {condition}",
            row => (row.GetInt64(0), row.GetString(1)),
            cancellationToken))[0];
    }
}
