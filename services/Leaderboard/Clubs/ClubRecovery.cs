using Npgsql;
using Strava.Leaderboards.Launch;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Clubs;

/// <summary>The Redis that we last wrote to, and for whom.</summary>
internal sealed record ClubStore(
    Guid Generation, string RunId, DateTimeOffset AppliedSince, int Layout, string FilledBy)
{
    public const string Off = "off";
}

/// <summary>
/// Notices a Redis that has lost something, and a launch switch that is for others than before, and marks what must be
/// set again. As <see cref="Applying.StoreRecovery"/>; every step may be repeated after a crash.
/// </summary>
internal sealed partial class ClubRecovery(
    NpgsqlDataSource database, RedisClubs redis, LaunchSwitches switches, TimeProvider time, ILogger<ClubRecovery> log)
{
    /// <summary>A minute before Redis's own watermark covers what was written but not yet announced.</summary>
    private static readonly TimeSpan Unannounced = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan KeepApplied = TimeSpan.FromMinutes(5);

    /// <returns>False: nobody is written for, and Redis is to be left alone.</returns>
    public async Task<bool> EnsureAsync(CancellationToken cancellationToken)
    {
        var writes = switches.FingerprintOf(LaunchFeature.Clubs, LaunchPart.Writes);
        var store = await StoreAsync(cancellationToken);
        if (writes == ClubStore.Off)
        {
            if (store.FilledBy != ClubStore.Off)
            {
                // Committed before the first mark is thrown away.
                LogOff(log);
                await ExecuteAsync("UPDATE club_store SET filled_by = 'off'", [], cancellationToken);
            }

            return false;
        }

        var seen = await redis.ProbeAsync(cancellationToken);
        if (store.FilledBy == ClubStore.Off || IsOther(store, seen))
        {
            await RefillAsync(store, seen, writes, cancellationToken);
        }
        else if (store.FilledBy != writes)
        {
            // What is there stays: each entry is set, or taken out where it is no longer for its athlete.
            LogFor(log, writes, store.FilledBy);
            await MarkAllAsync(cancellationToken);
            await ExecuteAsync("UPDATE club_store SET filled_by = $1", [writes], cancellationToken);
        }
        else if (seen.RunId != store.RunId)
        {
            LogLostTail(log, seen.At!.Value - Unannounced);
            await ExecuteAsync(MarkApplied, [seen.At!.Value - Unannounced], cancellationToken);
            await ExecuteAsync("UPDATE club_store SET run_id = $1", [seen.RunId], cancellationToken);
        }

        return true;
    }

    /// <summary>
    /// Forgets what was applied long ago. Only while Redis is known to be the same: else it may still be needed.
    /// </summary>
    public Task PruneAsync(CancellationToken cancellationToken) => ExecuteAsync(
        """
        WITH moved AS (UPDATE club_store SET applied_since = greatest(applied_since, now() - $1))
        DELETE FROM club_applied WHERE applied_at < now() - $1
        """,
        [KeepApplied],
        cancellationToken);

    private const string Remark =
        "ON CONFLICT (athlete, club, week) DO UPDATE SET version = EXCLUDED.version, refill = true";

    private const string MarkApplied =
        $"""
        INSERT INTO club_dirty (athlete, club, week, refill)
        SELECT athlete, club, week, true FROM club_applied WHERE applied_at >= $1 ORDER BY 1, 2, 3 {Remark}
        """;

    // Members who have done nothing in the kept weeks have no entries; who has left and lost entries with the rest
    // needs none.
    private const string MarkAll =
        $"""
        INSERT INTO club_dirty (athlete, club, week, refill)
        SELECT m.athlete, 0, '-infinity'::date, true FROM (SELECT DISTINCT athlete FROM club_member WHERE joined) m
        WHERE EXISTS (SELECT FROM ledger l WHERE l.athlete = m.athlete AND l.counts AND l.local_date >= $1)
        UNION SELECT athlete, club, week, true FROM club_applied ORDER BY 1, 2, 3 {Remark}
        """;

    private static bool IsOther(ClubStore store, StoreSeen seen) =>
        seen.Generation != store.Generation.ToString("D")
        || store.Layout < ClubLayout.Current
        || seen.At is not { } at
        || (seen.RunId != store.RunId && at - Unannounced < store.AppliedSince);

    // 1. A new generation: from here on a crash starts over. 2. Delete what is there: leftovers are not in the ledger's
    // totals. 3. Mark all, and what was applied lately, so that even an entry now gone gets its fence back. 4. Tell
    // Redis the generation.
    private async Task RefillAsync(ClubStore store, StoreSeen seen, string writes, CancellationToken cancellationToken)
    {
        LogRefill(log, seen.Generation ?? "none", writes);
        var generation = Guid.NewGuid();
        var isOurs = await ExecuteAsync(
            "UPDATE club_store SET generation = $1, run_id = $2, layout = $4, filled_by = $5 WHERE generation = $3",
            [generation, seen.RunId, store.Generation, ClubLayout.Current, writes],
            cancellationToken);
        if (isOurs == 0 || !await redis.DeleteAllAsync(seen.Generation, cancellationToken))
        {
            return;
        }

        await MarkAllAsync(cancellationToken);
        await redis.BeginGenerationAsync(generation, cancellationToken);
    }

    private Task<int> MarkAllAsync(CancellationToken cancellationToken) =>
        ExecuteAsync(MarkAll, [ClubWeek.AllKept(time.GetUtcNow())[^1].First], cancellationToken);

    private async Task<ClubStore> StoreAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT generation, run_id, applied_since, layout, filled_by FROM club_store");
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new ClubStore(
            row.GetGuid(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2), row.GetInt32(3), row.GetString(4));
    }

    private async Task<int> ExecuteAsync(string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        // Marking a million members takes some seconds.
        command.CommandTimeout = 300;
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(
        5311, LogLevel.Warning, "Redis was started again; setting the club boards' changes since {Since} once more")]
    private static partial void LogLostTail(ILogger log, DateTimeOffset since);

    [LoggerMessage(
        5312,
        LogLevel.Warning,
        "The club boards in Redis (generation {Generation}) are not ours or not whole; filling them for {Writes}")]
    private static partial void LogRefill(ILogger log, string generation, string writes);

    [LoggerMessage(
        5313, LogLevel.Information, "Club boards are written for {Writes} from now on, and no longer for {Before}")]
    private static partial void LogFor(ILogger log, string writes, string before);

    [LoggerMessage(5314, LogLevel.Information, "Club boards are no longer written")]
    private static partial void LogOff(ILogger log);
}
