using Npgsql;
using Strava.Core.Leases;

namespace Strava.Leaderboards.Challenges;

/// <summary>
/// Ends challenges: stops taking changes, makes the final board when all marks are applied, removes the rows that it
/// replaces; and makes the next generation when an operator has corrected something. The state in the database says
/// what comes next, so a node may die after any step; two closers at once find each other's lock.
/// </summary>
internal sealed partial class ChallengeCloser(
    NpgsqlDataSource database, FinalPacking packing, TimeProvider time, ILogger<ChallengeCloser> log)
    : LeasedWorker(database, log)
{
    private const int RowsAtOnce = 10_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Whoever saw the challenge open has committed by then: no transaction of ours is that long.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(20);

    private readonly NpgsqlDataSource _database = database;
    private readonly ILogger _log = log;

    protected override string LeaseName => "challenge-closing";

    protected override async Task WorkAsync(LeaseTerm term, CancellationToken whileOwner)
    {
        while (true)
        {
            if (!await StepAsync(whileOwner))
            {
                await Task.Delay(Pause, whileOwner);
            }
        }
    }

    /// <summary>What is due now, of one challenge.</summary>
    /// <returns>False: nothing was.</returns>
    internal async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await ExecuteAsync(
            "UPDATE challenge SET state = 2 WHERE state = 1 AND closes_at <= $1", [now], cancellationToken);
        var closing = await NextAsync(
            """
            SELECT number, generation FROM challenge c WHERE state = 2 AND closes_at <= $1
                AND NOT EXISTS (SELECT FROM challenge_dirty d WHERE d.challenge = c.number) ORDER BY closes_at LIMIT 1
            """,
            [now - Settle],
            cancellationToken);
        if (closing is { } ended)
        {
            return await MakeAsync(ended.First, (int)ended.Second + 1, correction: null, cancellationToken);
        }

        if (await NextAsync(
            "SELECT number, 0::bigint FROM challenge WHERE state = 3 AND has_rows LIMIT 1", [], cancellationToken)
            is { } final)
        {
            await RemoveRowsAsync((int)final.First, cancellationToken);
            return true;
        }

        var waiting = await NextAsync(
            """
            SELECT w.challenge, w.number FROM challenge_correction w JOIN challenge c ON c.number = w.challenge
            WHERE w.generation IS NULL AND c.state = 3 ORDER BY w.number LIMIT 1
            """,
            [],
            cancellationToken);
        return waiting is { } wanted && await CorrectAsync((int)wanted.First, wanted.Second, cancellationToken);
    }

    private async Task<bool> MakeAsync(
        long challenge, int generation, long? correction, CancellationToken cancellationToken)
    {
        var isMade = await packing.PackAsync((int)challenge, generation, correction, cancellationToken);
        if (isMade)
        {
            LogFinal(_log, challenge, generation);
        }

        return isMade;
    }

    /// <summary>
    /// By the ledger as it is now, of everybody who took part and was not barred. Rows that a killed one has left are
    /// removed first. Readers see the old generation until the new one is whole.
    /// </summary>
    private async Task<bool> CorrectAsync(int challenge, long correction, CancellationToken cancellationToken)
    {
        await RemoveRowsAsync(challenge, cancellationToken);
        await ExecuteAsync("UPDATE challenge SET has_rows = true WHERE number = $1", [challenge], cancellationToken);
        foreach (var athletes in (await ParticipantsAsync(challenge, cancellationToken)).Chunk(RowsAtOnce))
        {
            await ExecuteAsync(
                """
                INSERT INTO challenge_entry (challenge, athlete, standing, reached_at, activities, country)
                SELECT c.number, p.athlete, s.standing, s.reached_at, s.activities,
                    coalesce(p.country, CASE WHEN f.country ~ '^[A-Z]{2}$' THEN f.country END, '')
                FROM challenge c
                JOIN challenge_participant p ON p.challenge = c.number
                LEFT JOIN athlete_profile f ON f.athlete = p.athlete
                CROSS JOIN LATERAL challenge_score(p.athlete, c.metric, c.sports, c.starts_on, c.ends_on) s
                WHERE c.number = $1 AND p.athlete = ANY ($2) AND s.standing IS NOT NULL
                    AND NOT EXISTS (SELECT FROM athlete_flag g WHERE g.athlete = p.athlete)
                    AND NOT EXISTS (
                        SELECT FROM challenge_barred b WHERE b.challenge = c.number AND b.athlete = p.athlete)
                ON CONFLICT (challenge, athlete) DO NOTHING
                """,
                [challenge, athletes],
                cancellationToken);
        }

        var last = await NextAsync(
            "SELECT generation::bigint, 0::bigint FROM challenge WHERE number = $1", [challenge], cancellationToken);
        return await MakeAsync(challenge, (int)last!.Value.First + 1, correction, cancellationToken);
    }

    private async Task RemoveRowsAsync(int challenge, CancellationToken cancellationToken)
    {
        // Step by step: none holds what it has locked for long.
        while (await ExecuteAsync(
            """
            DELETE FROM challenge_entry WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM challenge_entry WHERE challenge = $1 LIMIT $2))
            """,
            [challenge, RowsAtOnce],
            cancellationToken) > 0)
        {
        }

        await ExecuteAsync("DELETE FROM challenge_interval WHERE challenge = $1", [challenge], cancellationToken);
        await ExecuteAsync("DELETE FROM challenge_group WHERE challenge = $1", [challenge], cancellationToken);
        await ExecuteAsync("UPDATE challenge SET has_rows = false WHERE number = $1", [challenge], cancellationToken);
    }

    private async Task<List<long>> ParticipantsAsync(int challenge, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(
            "SELECT athlete FROM challenge_participant WHERE challenge = $1");
        command.Parameters.Add(new() { Value = challenge });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var athletes = new List<long>();
        while (await rows.ReadAsync(cancellationToken))
        {
            athletes.Add(rows.GetInt64(0));
        }

        return athletes;
    }

    private async Task<(long First, long Second)?> NextAsync(
        string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = CommandOf(sql, values);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken)
            ? (Convert.ToInt64(rows.GetValue(0), null), Convert.ToInt64(rows.GetValue(1), null))
            : null;
    }

    private async Task<int> ExecuteAsync(string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = CommandOf(sql, values);
        command.CommandTimeout = 120;
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand CommandOf(string sql, object[] values)
    {
#pragma warning disable CA2100 // Constants of this file.
        var command = _database.CreateCommand(sql);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }

    [LoggerMessage(5201, LogLevel.Information, "Challenge {Challenge}: its board is final, generation {Generation}")]
    private static partial void LogFinal(ILogger log, long challenge, int generation);
}
