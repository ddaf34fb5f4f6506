using System.Data;
using System.Diagnostics.Metrics;
using Npgsql;
using Strava.Contracts.Rest;
using Strava.Core.Diagnostics;
using Strava.Core.Leases;
using Strava.Leaderboards.Launch;

namespace Strava.Leaderboards.Challenges;

/// <summary>
/// The compare mode of the launch, and afterwards the reconciler: goes round the open challenges, compares samples of
/// their entries with the ledger, reports what differs, and marks it to be set again. A crash loses only where it was.
/// </summary>
internal sealed partial class ChallengeComparer(
    NpgsqlDataSource database,
    ChallengeLaunch launch,
    LaunchSwitches switches,
    TimeProvider time,
    ILogger<ChallengeComparer> log)
    : LeasedWorker(database, log)
{
    private const int SampleSize = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private static readonly Counter<long> Compared = Measured.Meter.CreateCounter<long>(
        "strava.challenge.compared", "{entry}", "Entries of challenges that were compared with the ledger");

    private static readonly Counter<long> Different = Measured.Meter.CreateCounter<long>(
        "strava.challenge.differences",
        "{entry}",
        "Entries of challenges that were not what the ledger says, and were marked to be set again");

    private readonly NpgsqlDataSource _database = database;

    protected override string LeaseName => "challenge-compare";

    protected override async Task WorkAsync(LeaseTerm term, CancellationToken whileOwner)
    {
        for (var last = 0; ; await Task.Delay(Pause, time, whileOwner))
        {
            if (await NextAsync(last, whileOwner) is not var (number, id))
            {
                last = 0;
                continue;
            }

            last = number;
            if (await switches.IsOnAsync(LaunchFeature.Challenge(id), LaunchPart.Compare, id))
            {
                await CompareAsync(number, id, whileOwner);
            }
        }
    }

    /// <summary>Some of one challenge, from a place by chance: all is read in one snapshot.</summary>
    /// <returns>How many differ.</returns>
    internal async Task<int> CompareAsync(int number, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var transaction =
            await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var sample = await SampleAsync(connection, number, id, cancellationToken);
        var read = await LedgerScores.ReadAsync(connection, sample, launch, cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        Compared.Add(sample.Count);
        var wrong = read.Where(change => change.IsChange).ToList();
        if (wrong.Count > 0)
        {
            Different.Add(wrong.Count);
            LogDifferent(log, id, wrong.Count, sample.Count, wrong[0].Athlete);
            await MarkAsync(wrong, cancellationToken);
        }

        return wrong.Count;
    }

    private async Task<(int Number, Guid Id)?> NextAsync(int last, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(
            "SELECT number, id FROM challenge WHERE state = 1 AND number > $1 ORDER BY number LIMIT 1");
        command.Parameters.Add(new() { Value = last });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? (rows.GetInt32(0), rows.GetGuid(1)) : null;
    }

    // Who takes part, and who has an entry. Who has a mark is not judged: the change is on its way.
    private static async Task<List<ChallengeMark>> SampleAsync(
        NpgsqlConnection connection, int number, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            WITH chance AS MATERIALIZED (
                SELECT (random() * max(number))::bigint AS athlete FROM athlete_number)
            SELECT p.athlete, n.athlete_id
            FROM (
                (SELECT athlete FROM challenge_participant
                WHERE challenge = $1 AND athlete >= (SELECT athlete FROM chance) ORDER BY athlete LIMIT $2)
                UNION (SELECT athlete FROM challenge_participant
                WHERE challenge = $1 AND athlete < (SELECT athlete FROM chance) ORDER BY athlete DESC LIMIT $2)
                UNION (SELECT athlete FROM challenge_entry
                WHERE challenge = $1 AND athlete >= (SELECT athlete FROM chance) ORDER BY athlete LIMIT $2)
                UNION (SELECT athlete FROM challenge_entry
                WHERE challenge = $1 AND athlete < (SELECT athlete FROM chance) ORDER BY athlete DESC LIMIT $2)) p
            JOIN athlete_number n ON n.number = p.athlete
            WHERE NOT EXISTS (SELECT FROM challenge_dirty d WHERE d.challenge = $1 AND d.athlete = p.athlete)
            """,
            connection);
        command.Parameters.Add(new() { Value = number });
        command.Parameters.Add(new() { Value = SampleSize });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var sample = new List<ChallengeMark>();
        while (await rows.ReadAsync(cancellationToken))
        {
            sample.Add(new ChallengeMark(
                number, rows.GetInt64(0), Version: 0, ChallengeState.Open, id, rows.GetGuid(1)));
        }

        return sample;
    }

    private async Task MarkAsync(List<EntryChange> wrong, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(ChallengeMarks.MarkEach);
        command.Parameters.Add(new() { Value = wrong.Select(change => change.Challenge).ToArray() });
        command.Parameters.Add(new() { Value = wrong.Select(change => change.Athlete).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(
        5202,
        LogLevel.Warning,
        "Challenge {Challenge}: {Wrong} of {Compared} entries differ from the ledger, one of {Athlete}; set again")]
    private static partial void LogDifferent(ILogger log, Guid challenge, int wrong, int compared, long athlete);
}
