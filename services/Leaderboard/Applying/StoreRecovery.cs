using Npgsql;
using Strava.Core.Applying;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Applying;

/// <summary>The Redis that we last wrote to, by Postgres.</summary>
internal sealed record StoreExpected(Guid Generation, string RunId, DateTimeOffset AppliedSince, int Layout);

/// <summary>What has become of the boards since we last looked.</summary>
internal abstract record StoreVerdict
{
    private StoreVerdict()
    {
    }

    /// <summary>It is the same process with the same data.</summary>
    public sealed record Same : StoreVerdict;

    /// <summary>It was started again and may have lost its last writes: all since then are done once more.</summary>
    public sealed record LostTail(DateTimeOffset Since) : StoreVerdict;

    /// <summary>
    /// It is empty, another one, restored from an old file, or of before there were all of these boards.
    /// </summary>
    public sealed record LostAll : StoreVerdict;

    /// <summary>
    /// Its own watermark says how far its data goes; a minute before that covers what was written but not yet
    /// announced.
    /// </summary>
    public static StoreVerdict Of(StoreExpected expected, StoreSeen seen)
    {
        // A greater layout is a later release's, which writes all that we know and more.
        if (seen.Generation != expected.Generation.ToString("D")
            || expected.Layout < BoardLayout.Current
            || seen.At is not { } at)
        {
            return new LostAll();
        }

        if (seen.RunId == expected.RunId)
        {
            return new Same();
        }

        var since = at - TimeSpan.FromSeconds(60);
        return since >= expected.AppliedSince ? new LostTail(since) : new LostAll();
    }
}

/// <summary>
/// Notices a Redis that has lost something and marks what must be set again. Every step may be repeated after a crash.
/// </summary>
internal sealed partial class StoreRecovery(
    NpgsqlDataSource database, RedisBoards redis, BoardRefill refill, TimeProvider time, ILogger<StoreRecovery> log)
{
    private static readonly TimeSpan KeepApplied = TimeSpan.FromMinutes(5);

    /// <returns>The run id of the Redis that has been looked at.</returns>
    public async Task<string> EnsureAsync(FenceTerm term, CancellationToken cancellationToken)
    {
        var expected = await ExpectedAsync(cancellationToken);
        var seen = await redis.ProbeAsync(cancellationToken);
        switch (StoreVerdict.Of(expected, seen))
        {
            case StoreVerdict.LostTail tail:
                LogLostTail(log, tail.Since);
                await ExecuteAsync(MarkApplied, [tail.Since], cancellationToken);
                await ExecuteAsync("UPDATE board_store SET run_id = $1", [seen.RunId], cancellationToken);
                break;
            case StoreVerdict.LostAll:
                await RefillAsync(term, expected, seen, cancellationToken);
                break;
        }

        return seen.RunId;
    }

    /// <summary>
    /// Forgets what was applied long ago. Only while Redis is known to be the same: else it may still be needed.
    /// </summary>
    public Task PruneAsync(CancellationToken cancellationToken) => ExecuteAsync(
        """
        WITH moved AS (UPDATE board_store SET applied_since = greatest(applied_since, now() - $1))
        DELETE FROM board_applied WHERE applied_at < now() - $1
        """,
        [KeepApplied],
        cancellationToken);

    private const string Remark =
        "ON CONFLICT (athlete, sport, day) DO UPDATE SET version = EXCLUDED.version, refill = true";

    private const string MarkApplied =
        $"""
        INSERT INTO board_dirty (athlete, sport, day, refill)
        SELECT athlete, sport, day, true FROM board_applied WHERE applied_at >= $1 ORDER BY 1, 2, 3 {Remark}
        """;

    // 1. A new generation: from here on a crash starts over. 2. Delete what is there: leftovers of an old file are not
    // in the ledger's totals. 3. Fill all boards. 4. Mark what was applied lately, so that even an entry now zero
    // gets its fence back. 5. Tell Redis the generation.
    private async Task RefillAsync(
        FenceTerm term, StoreExpected expected, StoreSeen seen, CancellationToken cancellationToken)
    {
        LogLostAll(log, seen.Generation ?? "none");
        var (generation, began) = (Guid.NewGuid(), time.GetTimestamp());
        var isOurs = await ExecuteAsync(
            "UPDATE board_store SET generation = $1, run_id = $2, layout = $4 WHERE generation = $3",
            [generation, seen.RunId, expected.Generation, BoardLayout.Current],
            cancellationToken);
        if (isOurs == 0 || !await redis.DeleteAllAsync(seen.Generation, cancellationToken))
        {
            return;
        }

        var entries = await refill.FillAsync(term, cancellationToken);
        await ExecuteAsync(MarkApplied, [DateTimeOffset.UnixEpoch], cancellationToken);
        await redis.BeginGenerationAsync(generation, cancellationToken);
        LogRefilled(log, entries, time.GetElapsedTime(began).TotalSeconds);
    }

    private async Task<StoreExpected> ExpectedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT generation, run_id, applied_since, layout FROM board_store");
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new StoreExpected(
            row.GetGuid(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2), row.GetInt32(3));
    }

    private async Task<int> ExecuteAsync(string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        // Marking a million athletes takes some seconds.
        command.CommandTimeout = 300;
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(
        5101, LogLevel.Warning, "Redis was started again; setting all boards' changes since {Since} once more")]
    private static partial void LogLostTail(ILogger log, DateTimeOffset since);

    [LoggerMessage(
        5102,
        LogLevel.Warning,
        "The boards in Redis (generation {Generation}) are not ours; filling them from the ledger")]
    private static partial void LogLostAll(ILogger log, string generation);

    [LoggerMessage(5104, LogLevel.Information, "The boards are full again: {Entries} entries in {Seconds:0.0} s")]
    private static partial void LogRefilled(ILogger log, long entries, double seconds);
}
