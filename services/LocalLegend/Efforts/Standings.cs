using Npgsql;
using Strava.Core.Flags;
using Strava.LocalLegends.Legends;

namespace Strava.LocalLegends.Efforts;

/// <summary>
/// What athletes and operators want: no legends, or nothing at all. It is written with the mark that has
/// <see cref="StandingWalker"/> carry it over to the efforts there are, under the lock that everybody holds who stores
/// new ones: whoever stored some by the standing before has committed, and is seen by the walker.
/// </summary>
internal sealed class Standings(NpgsqlDataSource database) : IAthleteFlags
{
    private const string Mark =
        """
        INSERT INTO standing_mark (athlete_id) SELECT $1 FROM changed
        ON CONFLICT (athlete_id) DO UPDATE SET change = EXCLUDED.change
        """;

    /// <summary>Safe to repeat: what is so already changes nothing.</summary>
    /// <returns>False when it was so already.</returns>
    public async Task<bool> SetOptOutAsync(Guid athleteId, bool isOptedOut, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        var change = AddOptOut(batch, athleteId, isOptedOut);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return change.RecordsAffected > 0;
    }

    /// <summary>The same in the caller's transaction.</summary>
    public static NpgsqlBatchCommand AddOptOut(NpgsqlBatch batch, Guid athleteId, bool isOptedOut)
    {
        batch.AddAthleteChangeLock(athleteId);
        return batch.Add(
            $"""
            WITH changed AS (
                INSERT INTO athlete_standing AS s (athlete_id, opted_out)
                SELECT $1, $2 WHERE $2 OR EXISTS (SELECT FROM athlete_standing WHERE athlete_id = $1)
                ON CONFLICT (athlete_id) DO UPDATE SET opted_out = $2, changed_at = clock_timestamp()
                WHERE s.opted_out <> $2
                RETURNING 1)
            {Mark}
            """,
            athleteId,
            isOptedOut);
    }

    public async Task<bool> IsOptedOutAsync(Guid athleteId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT opted_out FROM athlete_standing WHERE athlete_id = $1");
        command.Parameters.Add(new() { Value = athleteId });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    public Task<bool> FlagAsync(Guid athleteId, string reason, CancellationToken cancellationToken) => ChangeAsync(
        athleteId,
        $"""
        WITH changed AS (
            INSERT INTO athlete_standing AS s (athlete_id, flagged, reason) VALUES ($1, true, $2)
            ON CONFLICT (athlete_id) DO UPDATE SET flagged = true, reason = $2, changed_at = clock_timestamp()
            WHERE NOT s.flagged
            RETURNING 1)
        {Mark}
        """,
        [athleteId, reason],
        cancellationToken);

    public Task<bool> UnflagAsync(Guid athleteId, CancellationToken cancellationToken) => ChangeAsync(
        athleteId,
        $"""
        WITH changed AS (
            UPDATE athlete_standing SET flagged = false, reason = NULL, changed_at = clock_timestamp()
            WHERE athlete_id = $1 AND flagged RETURNING 1)
        {Mark}
        """,
        [athleteId],
        cancellationToken);

    public async Task<List<AthleteFlag>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT athlete_id, coalesce(reason, ''), changed_at FROM athlete_standing WHERE flagged
            ORDER BY changed_at DESC, athlete_id LIMIT $1
            """);
        command.Parameters.Add(new() { Value = limit });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(
            row => new AthleteFlag(row.GetGuid(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2)),
            cancellationToken);
    }

    private async Task<bool> ChangeAsync(
        Guid athleteId, string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.AddAthleteChangeLock(athleteId);
        var change = batch.Add(sql, values);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return change.RecordsAffected > 0;
    }
}
