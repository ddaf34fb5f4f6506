using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Strava.Contracts;
using Strava.Contracts.Events;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Activities;

/// <summary>The rows that are kept beside a stream, to and from <see cref="Activity"/>.</summary>
internal static class ActivityRows
{
    /// <summary>Columns of <see cref="Read"/>, of <c>activity a</c> and <c>activity_progress p</c>.</summary>
    public const string Columns =
        """
        a.id, a.athlete_id, a.version, a.sport, a.name, a.description, a.visibility, a.state, a.deleted, a.time_zone,
        a.created_at, a.started_at, a.completed_at, a.local_date, a.distance_mm, a.total_ms, a.active_ms, a.moving_ms,
        a.gain_cm, a.loss_cm, a.point_count, p.state_log::text, a.best_5km_ms, a.best_10km_ms,
        p.points_sent
        """;

    /// <summary>How many these are: the ordinal of what a query adds behind them.</summary>
    public const int ColumnCount = 25;

    public static Activity Read(NpgsqlDataReader row)
    {
        var log = row.IsDBNull(21)
            ? StateLog.Empty
            : StateLog.Empty.AppendRange(JsonSerializer.Deserialize<StateChange[]>(row.GetString(21))!);
        return new Activity
        {
            Id = row.GetGuid(0),
            AthleteId = row.GetGuid(1),
            Version = row.GetInt64(2),
            Sport = (Sport)row.GetInt16(3),
            Name = row.GetString(4),
            Description = row.GetString(5),
            Visibility = (Visibility)row.GetInt16(6),
            State = (ActivityState)row.GetInt16(7),
            Deleted = row.GetBoolean(8),
            TimeZone = row.IsDBNull(9) ? null : row.GetString(9),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(10),
            StartedAt = row.IsDBNull(11) ? null : row.GetFieldValue<DateTimeOffset>(11),
            Final = row.IsDBNull(12) ? null : ReadFinal(row),
            Log = log,
            PointsSent = row.IsDBNull(24) ? null : row.GetInt32(24),
        };
    }

    public static NpgsqlBatchCommand Upsert(Activity activity) => new(
        """
        INSERT INTO activity AS a (id, athlete_id, version, sport, name, description, visibility, state, deleted, time_zone,
            created_at, started_at, completed_at, local_date, distance_mm, total_ms, active_ms, moving_ms, gain_cm, loss_cm,
            point_count, best_5km_ms, best_10km_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
        ON CONFLICT (id) DO UPDATE SET version = $3, sport = $4, name = $5, description = $6, visibility = $7, state = $8,
            deleted = $9, time_zone = $10, started_at = $12, completed_at = $13, local_date = $14, distance_mm = $15,
            total_ms = $16, active_ms = $17, moving_ms = $18, gain_cm = $19, loss_cm = $20, point_count = $21,
            best_5km_ms = $22, best_10km_ms = $23
        """)
    {
        Parameters =
        {
            new() { Value = activity.Id },
            new() { Value = activity.AthleteId },
            new() { Value = activity.Version },
            new() { Value = (short)activity.Sport },
            new() { Value = activity.Name },
            new() { Value = activity.Description },
            new() { Value = (short)activity.Visibility },
            new() { Value = (short)activity.State },
            new() { Value = activity.Deleted },
            Nullable(activity.Final?.TimeZone ?? activity.TimeZone, NpgsqlDbType.Text),
            new() { Value = activity.CreatedAt },
            Nullable(activity.StartedAt, NpgsqlDbType.TimestampTz),
            Nullable(activity.Final?.At, NpgsqlDbType.TimestampTz),
            Nullable(activity.Final?.LocalDate, NpgsqlDbType.Date),
            new() { Value = activity.Final?.DistanceMillimeters ?? 0 },
            new() { Value = activity.Final?.TotalMilliseconds ?? 0 },
            new() { Value = activity.Final?.ActiveMilliseconds ?? 0 },
            new() { Value = activity.Final?.MovingMilliseconds ?? 0 },
            new() { Value = activity.Final?.ElevationGainCentimeters ?? 0 },
            new() { Value = activity.Final?.ElevationLossCentimeters ?? 0 },
            new() { Value = activity.Final?.PointCount ?? 0 },
            Nullable(activity.Final?.Best5KmMilliseconds, NpgsqlDbType.Bigint),
            Nullable(activity.Final?.Best10KmMilliseconds, NpgsqlDbType.Bigint),
        },
    };

    /// <param name="activity">The open activity.</param>
    /// <param name="statistics"><c>null</c>: points came out of order, the figures are worked out from the
    /// points.</param>
    public static NpgsqlBatchCommand UpsertProgress(Activity activity, TrackStatistics? statistics) => new(
        """
        INSERT INTO activity_progress (activity_id, state_log, figures, points_sent) VALUES ($1, $2, $3, $4)
        ON CONFLICT (activity_id) DO UPDATE SET state_log = $2, figures = $3, points_sent = $4, statistics = NULL
        """)
    {
        Parameters =
        {
            new() { Value = activity.Id },
            new() { Value = JsonSerializer.Serialize(activity.Log.Changes), NpgsqlDbType = NpgsqlDbType.Jsonb },
            Nullable(Encode(statistics), NpgsqlDbType.Bytea),
            Nullable(activity.PointsSent, NpgsqlDbType.Integer),
        },
    };

    /// <summary>
    /// After one chunk nothing but the version and the running figures has changed: one statement for all the rows
    /// beside the stream. A chunk written twice at the same time fails the unit (<see cref="IsKnownChunk"/>).
    /// </summary>
    public static NpgsqlBatchCommand Advance(Activity activity, long sequence, byte[] contentHash, TrackStatistics? statistics) => new(
        """
        WITH c AS (INSERT INTO route_chunk (activity_id, sequence, content_hash) VALUES ($1, $3, $4)),
             p AS (UPDATE activity_progress SET figures = $5, points_sent = $6, statistics = NULL
                   WHERE activity_id = $1)
        UPDATE activity SET version = $2 WHERE id = $1
        """)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = activity.Id },
            new NpgsqlParameter<long> { TypedValue = activity.Version },
            new NpgsqlParameter<long> { TypedValue = sequence },
            new NpgsqlParameter<byte[]> { TypedValue = contentHash },
            Nullable(Encode(statistics), NpgsqlDbType.Bytea),
            activity.PointsSent is { } sent
                ? new NpgsqlParameter<int> { TypedValue = sent }
                : Nullable(null, NpgsqlDbType.Integer),
        },
    };

    /// <summary>The running figures as they are stored; <c>null</c>: work them out from the points.</summary>
    /// <param name="row">The row.</param>
    /// <param name="statistics">Ordinal of <c>statistics::text</c>, the form of earlier builds; <c>figures</c>
    /// follows.</param>
    public static TrackStatistics? ReadStatistics(NpgsqlDataReader row, int statistics)
    {
        var state = !row.IsDBNull(statistics)
            ? JsonSerializer.Deserialize<TrackStatisticsState>(row.GetString(statistics))
            : row.IsDBNull(statistics + 1) ? null : TrackStatisticsCodec.Decode(row.GetFieldValue<byte[]>(statistics + 1));
        return state is { Format: TrackStatisticsState.CurrentFormat } ? TrackStatistics.Restore(state) : null;
    }

    /// <summary>Counts the points that were sent. Cost: the stream's chunks, not their points.</summary>
    public static NpgsqlBatchCommand CountPoints(Guid activityId) => new(
        $"""
         SELECT least(coalesce(sum((data ->> 'Count')::int), 0), 2000000000)::int FROM mt_events
         WHERE stream_id = $1 AND type = '{ActivityStream.Route}'
         """)
    {
        Parameters = { new NpgsqlParameter<Guid> { TypedValue = activityId } },
    };

    /// <summary>What only an open activity needs; the stream keeps its chunks for ever.</summary>
    public static NpgsqlBatchCommand DeleteWorkingRows(Guid activityId) =>
        new("WITH p AS (DELETE FROM activity_progress WHERE activity_id = $1) DELETE FROM route_chunk WHERE activity_id = $1")
        {
            Parameters = { new() { Value = activityId } },
        };

    /// <summary>Whether a save failed because the chunk is stored already.</summary>
    public static bool IsKnownChunk(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "route_chunk_pkey" };

    private static ActivityCompleted ReadFinal(NpgsqlDataReader row)
    {
        var bestTimes = BestTimes.Read(row, 22);
        return new ActivityCompleted(
            row.GetFieldValue<DateTimeOffset>(12),
            row.GetInt64(14),
            row.GetInt64(15),
            row.GetInt64(16),
            row.GetInt64(17),
            row.GetInt64(18),
            row.GetInt64(19),
            row.GetInt32(20),
            row.GetString(9),
            row.GetFieldValue<DateOnly>(13),
            bestTimes.Over5KmMs,
            bestTimes.Over10KmMs);
    }

    private static byte[]? Encode(TrackStatistics? statistics) =>
        statistics is null ? null : TrackStatisticsCodec.Encode(statistics.Snapshot());

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) =>
        new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
