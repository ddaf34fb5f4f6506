using Npgsql;
using NpgsqlTypes;
using Strava.Contracts.Messages;
using Strava.Core.Rebuild;
using Strava.Leaderboards.Challenges;

namespace Strava.Leaderboards.Ledgers;

/// <summary>
/// The one row an activity that all boards come from. One transaction a message: the row is replaced if the message is
/// newer, and the days of the old and of the new row are marked; else nothing happens. So a repeat, a late or an older
/// message changes nothing.
/// </summary>
internal sealed class Ledger(RebuildableTables tables) : IActivityProjection
{
    // The old row is read, the new one written and both days marked in one statement, after the athlete's lock was
    // taken: a second message of the same athlete waits, then sees this one's row as the old one.
    private const string Replace =
        """
        WITH old AS (SELECT sport, local_date FROM ledger WHERE activity_id = $1),
        new AS (
            INSERT INTO ledger AS l (activity_id, athlete, version, deleted, sport, visibility, started_at, local_date,
                distance_mm, active_ms, moving_ms, elevation_gain_cm, best_5km_ms, best_10km_ms)
            SELECT $1, number, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
            FROM athlete_number WHERE athlete_id = $2
            ON CONFLICT (activity_id) DO UPDATE SET version = $3, deleted = $4, sport = $5, visibility = $6,
                started_at = $7, local_date = $8, distance_mm = $9, active_ms = $10, moving_ms = $11,
                elevation_gain_cm = $12, best_5km_ms = $13, best_10km_ms = $14
            WHERE l.version < $3
            RETURNING athlete, sport, local_date
        )
        INSERT INTO board_dirty (athlete, sport, day)
        SELECT athlete, sport, local_date FROM new WHERE NOT $4
        UNION SELECT new.athlete, old.sport, old.local_date FROM new, old WHERE old.sport IS NOT NULL
        ORDER BY 1, 2, 3
        ON CONFLICT (athlete, sport, day) DO UPDATE SET version = EXCLUDED.version
        """;

    public static bool WantsTracks => false;

    public Task RecordAsync(ActivitySummary activity, CancellationToken cancellationToken) => tables.WriteAsync(
        batch =>
        {
            Add(batch, activity);
            batch.AddChallengeMarks(activity.AthleteId);
        },
        cancellationToken);

    public Task DeleteAsync(ActivityDeleted deleted, CancellationToken cancellationToken) => tables.WriteAsync(
        batch =>
        {
            Add(batch, deleted);
            batch.AddChallengeMarks(deleted.AthleteId);
        },
        cancellationToken);

    public static void Add(NpgsqlBatch batch, ActivitySummary activity) => Add(
        batch,
        activity.AthleteId,
        [
            new NpgsqlParameter<Guid> { TypedValue = activity.ActivityId },
            new NpgsqlParameter<Guid> { TypedValue = activity.AthleteId },
            new NpgsqlParameter<long> { TypedValue = activity.Version },
            new NpgsqlParameter<bool> { TypedValue = false },
            new NpgsqlParameter<short> { TypedValue = (short)activity.Sport },
            new NpgsqlParameter<short> { TypedValue = (short)activity.Visibility },
            new NpgsqlParameter<DateTime>
            {
                TypedValue = activity.StartedAt.UtcDateTime,
                NpgsqlDbType = NpgsqlDbType.TimestampTz,
            },
            new NpgsqlParameter<DateOnly> { TypedValue = activity.LocalDate },
            new NpgsqlParameter<long> { TypedValue = activity.DistanceMillimeters },
            new NpgsqlParameter<long> { TypedValue = activity.ActiveMilliseconds },
            new NpgsqlParameter<long> { TypedValue = activity.MovingMilliseconds },
            new NpgsqlParameter<long> { TypedValue = activity.ElevationGainCentimeters },
            Effort(activity.Best5KmMilliseconds),
            Effort(activity.Best10KmMilliseconds),
        ]);

    /// <summary>Leaves a tombstone, also for an activity that has not come yet: what comes after it is older.</summary>
    public static void Add(NpgsqlBatch batch, ActivityDeleted deletion) => Add(
        batch,
        deletion.AthleteId,
        [
            new NpgsqlParameter<Guid> { TypedValue = deletion.ActivityId },
            new NpgsqlParameter<Guid> { TypedValue = deletion.AthleteId },
            new NpgsqlParameter<long> { TypedValue = deletion.Version },
            new NpgsqlParameter<bool> { TypedValue = true },
            Null(NpgsqlDbType.Smallint),
            Null(NpgsqlDbType.Smallint),
            Null(NpgsqlDbType.TimestampTz),
            Null(NpgsqlDbType.Date),
            Null(NpgsqlDbType.Bigint),
            Null(NpgsqlDbType.Bigint),
            Null(NpgsqlDbType.Bigint),
            Null(NpgsqlDbType.Bigint),
            Effort(null),
            Effort(null),
        ]);

    /// <summary>Boards have no use for tracks.</summary>
    public static void Add(NpgsqlBatch batch, ActivityTrackPublished track)
    {
    }

    /// <summary>
    /// A rebuild's answer in two statements. Without the athletes' locks: they keep the marks right, and those of a
    /// copy are thrown away. Athletes in their order, so that two of these wait for each other in one direction.
    /// </summary>
    public static bool TryAddTold(NpgsqlBatch batch, ActivitiesTold told)
    {
        foreach (var deletion in told.Deletions)
        {
            Add(batch, deletion);
        }

        var (some, athletes) = (told.Activities, told.Activities.Select(one => one.AthleteId).ToArray());
        batch.BatchCommands.Add(new(
            """
            INSERT INTO athlete_number (athlete_id)
            SELECT DISTINCT t.id FROM unnest($1) AS t (id)
            WHERE NOT EXISTS (SELECT FROM athlete_number n WHERE n.athlete_id = t.id) ORDER BY 1
            ON CONFLICT DO NOTHING
            """)
        {
            Parameters = { new() { Value = athletes } },
        });
        batch.BatchCommands.Add(new(
            """
            INSERT INTO ledger AS l (activity_id, athlete, version, deleted, sport, visibility, started_at, local_date,
                distance_mm, active_ms, moving_ms, elevation_gain_cm, best_5km_ms, best_10km_ms)
            SELECT t.id, n.number, t.version, false, t.sport, t.visibility, t.started_at, t.local_date, t.distance,
                t.active, t.moving, t.gain, t.best_5km, t.best_10km
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS t (id, athlete, version, sport,
                visibility, started_at, local_date, distance, active, moving, gain, best_5km, best_10km)
            JOIN athlete_number n ON n.athlete_id = t.athlete
            ON CONFLICT (activity_id) DO UPDATE SET version = EXCLUDED.version, deleted = false,
                sport = EXCLUDED.sport, visibility = EXCLUDED.visibility, started_at = EXCLUDED.started_at,
                local_date = EXCLUDED.local_date, distance_mm = EXCLUDED.distance_mm,
                active_ms = EXCLUDED.active_ms, moving_ms = EXCLUDED.moving_ms,
                elevation_gain_cm = EXCLUDED.elevation_gain_cm,
                best_5km_ms = EXCLUDED.best_5km_ms, best_10km_ms = EXCLUDED.best_10km_ms
            WHERE l.version < EXCLUDED.version
            """)
        {
            Parameters =
            {
                new() { Value = some.Select(one => one.ActivityId).ToArray() },
                new() { Value = athletes },
                new() { Value = some.Select(one => one.Version).ToArray() },
                new() { Value = some.Select(one => (short)one.Sport).ToArray() },
                new() { Value = some.Select(one => (short)one.Visibility).ToArray() },
                new() { Value = some.Select(one => one.StartedAt.UtcDateTime).ToArray() },
                new() { Value = some.Select(one => one.LocalDate).ToArray() },
                new() { Value = some.Select(one => one.DistanceMillimeters).ToArray() },
                new() { Value = some.Select(one => one.ActiveMilliseconds).ToArray() },
                new() { Value = some.Select(one => one.MovingMilliseconds).ToArray() },
                new() { Value = some.Select(one => one.ElevationGainCentimeters).ToArray() },
                new() { Value = some.Select(one => one.Best5KmMilliseconds).ToArray() },
                new() { Value = some.Select(one => one.Best10KmMilliseconds).ToArray() },
            },
        });
        return true;
    }

    private static void Add(NpgsqlBatch batch, Guid athleteId, NpgsqlParameter[] row)
    {
        batch.AddAthleteLock(athleteId);
        var replace = new NpgsqlBatchCommand(Replace);
        replace.Parameters.AddRange(row);
        batch.BatchCommands.Add(replace);
    }

    private static NpgsqlParameter Effort(long? milliseconds) =>
        new() { Value = (object?)milliseconds ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint };

    private static NpgsqlParameter Null(NpgsqlDbType type) => new() { Value = DBNull.Value, NpgsqlDbType = type };
}

internal static class AthleteLock
{
    /// <summary>
    /// First in a batch (= one transaction): numbers the athlete at first sight and serialises the athlete's messages
    /// from here on.
    /// </summary>
    public static void AddAthleteLock(this NpgsqlBatch batch, Guid athleteId)
    {
        // Asked first, because a conflict would use up a number each time.
        batch.BatchCommands.Add(new(
            """
            INSERT INTO athlete_number (athlete_id)
            SELECT $1 WHERE NOT EXISTS (SELECT FROM athlete_number WHERE athlete_id = $1)
            ON CONFLICT DO NOTHING
            """)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = athleteId } },
        });
        batch.BatchCommands.Add(new("SELECT FROM athlete_number WHERE athlete_id = $1 FOR NO KEY UPDATE")
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = athleteId } },
        });
    }
}
