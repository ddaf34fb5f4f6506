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
    public static StoreVerdict Of(StoreExpected expected, StoreSeen seen, int layout)
    {
        // A greater layout is a later release's, which writes all that we know and more.
        if (seen.Generation != expected.Generation.ToString("D")
            || expected.Layout < layout
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
/// Notices a Redis that has lost something and sees to it that it is set again. Every step may be repeated after a
/// crash.
/// </summary>
/// <param name="database">Ours.</param>
/// <param name="redis">The boards of one kind.</param>
/// <param name="marks">Their work list.</param>
/// <param name="refill">Fills them all.</param>
/// <param name="layout">Which boards there are: a greater number fills all again.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where to say so.</param>
internal abstract partial class StoreRecovery(
    NpgsqlDataSource database,
    BoardStore redis,
    DirtyMarks marks,
    StoreRefill refill,
    int layout,
    TimeProvider time,
    ILogger log)
{
    private readonly string _store = $"{marks.Names.Kind}_store";

    /// <returns>The run id of the Redis that has been looked at.</returns>
    public async Task<string> EnsureAsync(FenceTerm term, CancellationToken cancellationToken)
    {
        var expected = await ExpectedAsync(cancellationToken);
        var seen = await redis.ProbeAsync(cancellationToken);
        switch (StoreVerdict.Of(expected, seen, layout))
        {
            case StoreVerdict.LostTail tail:
                LogLostTail(log, marks.Names.Kind, tail.Since);
                await marks.MarkAppliedAsync(tail.Since, cancellationToken);
                await ExecuteAsync($"UPDATE {_store} SET run_id = $1", cancellationToken, seen.RunId);
                break;
            case StoreVerdict.LostAll:
                await RefillAsync(term, expected, seen, cancellationToken);
                break;
        }

        return seen.RunId;
    }

    protected async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // 1. A new generation: from here on a crash starts over. 2. Readers are told. 3. Delete what is there: leftovers of
    // an old file are not in the ledger's totals. 4. Fill all boards. 5. Mark what was applied lately, so that even an
    // entry now gone gets its fence back. 6. Tell Redis the generation.
    private async Task RefillAsync(
        FenceTerm term, StoreExpected expected, StoreSeen seen, CancellationToken cancellationToken)
    {
        LogLostAll(log, marks.Names.Kind, seen.Generation ?? "none");
        var (generation, began) = (Guid.NewGuid(), time.GetTimestamp());
        var isOurs = await ExecuteAsync(
            $"UPDATE {_store} SET generation = $1, run_id = $2, layout = $4 WHERE generation = $3",
            cancellationToken,
            generation,
            seen.RunId,
            expected.Generation,
            layout);
        if (isOurs == 0)
        {
            return;
        }

        await redis.PublishAsync(seen.RunId, DateTimeOffset.UnixEpoch, refilling: true, cancellationToken);
        if (await redis.DeleteAllAsync(seen.Generation, cancellationToken))
        {
            var operations = await refill.FillAsync(term, cancellationToken);
            await marks.MarkAppliedAsync(DateTimeOffset.UnixEpoch, cancellationToken);
            var filled = await redis.ProbeAsync(cancellationToken);
            if (filled.RunId != seen.RunId || filled.At != DateTimeOffset.UnixEpoch)
            {
                // It has lost something meanwhile: without our generation all begins again.
                return;
            }

            await redis.BeginGenerationAsync(generation, cancellationToken);
            LogRefilled(log, marks.Names.Kind, operations, time.GetElapsedTime(began).TotalSeconds);
        }
    }

    private async Task<StoreExpected> ExpectedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT generation, run_id, applied_since, layout FROM {_store}");
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new StoreExpected(
            row.GetGuid(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2), row.GetInt32(3));
    }

    [LoggerMessage(
        5101, LogLevel.Warning, "{Kind}: Redis was started again; setting all changes since {Since} once more")]
    private static partial void LogLostTail(ILogger log, string kind, DateTimeOffset since);

    [LoggerMessage(
        5102,
        LogLevel.Warning,
        "{Kind}: what is in Redis (generation {Generation}) is not ours or not whole; filling it from the ledger")]
    private static partial void LogLostAll(ILogger log, string kind, string generation);

    [LoggerMessage(5104, LogLevel.Information, "{Kind}: full again: {Entries} entries in {Seconds:0.0} s")]
    private static partial void LogRefilled(ILogger log, string kind, long entries, double seconds);
}

/// <summary>Of the boards of places.</summary>
internal sealed class BoardRecovery(
    NpgsqlDataSource database,
    RedisBoards redis,
    BoardMarks marks,
    BoardRefill refill,
    TimeProvider time,
    ILogger<BoardRecovery> log)
    : StoreRecovery(database, redis, marks, refill, BoardLayout.Current, time, log);
