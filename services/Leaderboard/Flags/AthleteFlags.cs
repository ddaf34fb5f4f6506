using Npgsql;
using Strava.Core.Flags;
using Strava.Leaderboards.Challenges;
using Strava.Leaderboards.Ledgers;

namespace Strava.Leaderboards.Flags;

/// <summary>
/// Athletes who are off all boards, whatever they have done or do. The ledger goes on holding all of it: totals of a
/// flagged athlete are nothing, so taking them off and bringing them back is the applier's ordinary work.
/// </summary>
internal sealed class AthleteFlags(NpgsqlDataSource database) : IAthleteFlags
{
    // The flag and the mark that makes the applier see it are one transaction, under the athlete's lock.
    private const string MarkEverything =
        """
        , clubs AS (
            INSERT INTO club_dirty (athlete, club, week) SELECT athlete, 0, '-infinity'::date FROM changed
            ON CONFLICT (athlete, club, week) DO UPDATE SET version = EXCLUDED.version)
        INSERT INTO board_dirty (athlete, sport, day) SELECT athlete, 0, '-infinity'::date FROM changed
        ON CONFLICT (athlete, sport, day) DO UPDATE SET version = EXCLUDED.version
        """;

    public Task<bool> FlagAsync(Guid athleteId, string reason, CancellationToken cancellationToken) => ChangeAsync(
        athleteId,
        $"""
        WITH changed AS (
            INSERT INTO athlete_flag (athlete, reason) SELECT number, $2 FROM athlete_number WHERE athlete_id = $1
            ON CONFLICT (athlete) DO NOTHING RETURNING athlete)
        {MarkEverything}
        """,
        [new() { Value = athleteId }, new() { Value = reason }],
        cancellationToken);

    public Task<bool> UnflagAsync(Guid athleteId, CancellationToken cancellationToken) => ChangeAsync(
        athleteId,
        $"""
        WITH changed AS (
            DELETE FROM athlete_flag f USING athlete_number n
            WHERE n.athlete_id = $1 AND f.athlete = n.number RETURNING f.athlete)
        {MarkEverything}
        """,
        [new() { Value = athleteId }],
        cancellationToken);

    public async Task<List<AthleteFlag>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT n.athlete_id, f.reason, f.since FROM athlete_flag f JOIN athlete_number n ON n.number = f.athlete
            ORDER BY f.since DESC, f.athlete LIMIT $1
            """);
        command.Parameters.Add(new() { Value = limit });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var flags = new List<AthleteFlag>();
        while (await rows.ReadAsync(cancellationToken))
        {
            flags.Add(new AthleteFlag(rows.GetGuid(0), rows.GetString(1), rows.GetFieldValue<DateTimeOffset>(2)));
        }

        return flags;
    }

    private async Task<bool> ChangeAsync(
        Guid athleteId, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.AddAthleteLock(athleteId);
        var change = new NpgsqlBatchCommand(sql);
        change.Parameters.AddRange(parameters);
        batch.BatchCommands.Add(change);
        batch.AddChallengeMarks(athleteId);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return change.RecordsAffected > 0;
    }
}
