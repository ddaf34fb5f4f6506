using Npgsql;
using Strava.LocalLegends.Legends;
using Strava.LocalLegends.Matching;

namespace Strava.LocalLegends.Efforts;

/// <summary>What a backfill found in one activity; nothing, too.</summary>
internal sealed record BackfilledActivity(StoredTrack Track, IReadOnlyList<FoundEffort> Efforts);

/// <summary>
/// Stores what a backfill found, beside live activities: a whole batch in one transaction that also crosses its items
/// off, absolute for each (segment, activity), so that a repeat changes nothing.
/// </summary>
/// <remarks>
/// The activities' rows are locked first. One that has changed since its track was read is left to its mark; one that
/// is about to change waits until these efforts are there to be replaced.
/// </remarks>
internal sealed class BackfillEfforts(NpgsqlDataSource database)
{
    private const string Unchanged =
        """
        SELECT activity_id FROM activity a JOIN activity_track t USING (activity_id)
        JOIN unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS w (activity_id, version, track_version)
            USING (activity_id)
        WHERE a.version = w.version AND t.version = w.track_version AND NOT a.deleted AND a.visibility = 1
        ORDER BY activity_id FOR SHARE OF a, t
        """;

    private const string Insert =
        """
        INSERT INTO effort (segment, activity_id, started_at, athlete_id, elapsed_ms, local_date, standing)
        SELECT $1, e.activity_id, e.started_at, e.athlete_id, e.elapsed_ms, e.local_date,
            CASE WHEN s.flagged THEN 0 WHEN s.opted_out THEN 1 ELSE 2 END
        FROM unnest($2::uuid[], $3::timestamptz[], $4::uuid[], $5::int[], $6::date[])
            AS e (activity_id, started_at, athlete_id, elapsed_ms, local_date)
        LEFT JOIN athlete_standing s USING (athlete_id)
        """;

    /// <param name="segment">That is being backfilled.</param>
    /// <param name="items">All that are to be crossed off, also those whose track could not be read.</param>
    /// <param name="found">What was found in the others.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>How many items were crossed off; 0 when the segment is open, or was by a repeat.</returns>
    public async Task<int> StoreAsync(
        int segment, Guid[] items, IReadOnlyList<BackfilledActivity> found, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var unchanged = await LockUnchangedAsync(connection, found, cancellationToken);
        if (await LockSegmentAsync(connection, segment, unchanged, cancellationToken) is not { } timeZone)
        {
            return 0;
        }

        await using var batch = new NpgsqlBatch(connection);
        AddEfforts(batch, segment, timeZone, unchanged);
        batch.Add(
            """
            WITH done AS (DELETE FROM backfill_item WHERE segment = $1 AND activity_id = ANY($2) RETURNING 1)
            UPDATE segment SET backfill_done = backfill_done + (SELECT count(*) FROM done) WHERE number = $1
            RETURNING (SELECT count(*)::int FROM done)
            """,
            segment,
            items);
        int done;
        await using (var rows = await batch.ExecuteReaderAsync(cancellationToken))
        {
            done = (await rows.ReadAsync(row => row.GetInt32(0), cancellationToken))[0];
        }

        await transaction.CommitAsync(cancellationToken);
        return done;
    }

    private static async Task<List<BackfilledActivity>> LockUnchangedAsync(
        NpgsqlConnection connection, IReadOnlyList<BackfilledActivity> found, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            Unchanged,
            found.Select(one => one.Track.ActivityId).ToArray(),
            found.Select(one => one.Track.ActivityVersion).ToArray(),
            found.Select(one => one.Track.TrackVersion).ToArray());
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var unchanged = (await rows.ReadAsync(row => row.GetGuid(0), cancellationToken)).ToHashSet();
        return [.. found.Where(one => unchanged.Contains(one.Track.ActivityId))];
    }

    /// <returns>Its time zone; <c>null</c> when it is not being backfilled.</returns>
    private static async Task<string?> LockSegmentAsync(
        NpgsqlConnection connection, int segment, List<BackfilledActivity> found, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.AddAthleteLocks([.. found.Select(one => one.Track.AthleteId).Distinct()]);
        batch.AddSegmentLocks(segment);
        batch.Add("SELECT time_zone FROM segment WHERE number = $1 AND state = 1", segment);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        return (await rows.ReadAsync(row => row.GetString(0), cancellationToken)).FirstOrDefault();
    }

    private static void AddEfforts(NpgsqlBatch batch, int segment, string timeZone, List<BackfilledActivity> found)
    {
        batch.Add(
            "DELETE FROM effort WHERE segment = $1 AND activity_id = ANY($2)",
            segment,
            found.ConvertAll(one => one.Track.ActivityId).ToArray());
        var efforts = (
            from one in found
            from effort in new FoundTrack(one.Efforts, []).Efforts
            select (one.Track, effort.StartedAt, effort.ElapsedMs)).ToList();
        batch.Add(
            Insert,
            segment,
            efforts.ConvertAll(effort => effort.Track.ActivityId).ToArray(),
            LegendSql.Times(efforts.Select(effort => effort.StartedAt)),
            efforts.ConvertAll(effort => effort.Track.AthleteId).ToArray(),
            efforts.ConvertAll(effort => effort.ElapsedMs).ToArray(),
            efforts.ConvertAll(effort => LocalDays.Of(timeZone, effort.StartedAt)).ToArray());
    }
}
