using Npgsql;
using NpgsqlTypes;
using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Core.Rebuild;
using Strava.LocalLegends.Efforts;

namespace Strava.LocalLegends.Activities;

/// <summary>
/// What segments are matched against. One transaction a message, guarded by the stream's version: a repeat, a late or
/// an older message changes nothing, and whatever the order of arrival the same rows result.
/// </summary>
internal sealed class ActivityRows(RebuildableTables tables) : IActivityProjection
{
    private const string Replace =
        """
        INSERT INTO activity AS a (activity_id, athlete_id, version, deleted, sport, visibility, started_at, local_date)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (activity_id) DO UPDATE SET version = $3, deleted = $4, sport = $5, visibility = $6, started_at = $7, local_date = $8
        WHERE a.version < $3
        """;

    // A track older than the moment it was hidden or deleted must not stay; when it is shown again it is published
    // again.
    private const string DropHiddenTrack =
        """
        DELETE FROM activity_track t USING activity a
        WHERE t.activity_id = $1 AND a.activity_id = $1 AND a.version > t.version AND (a.deleted OR a.visibility <> 1)
        """;

    private const string ReplaceTrack =
        """
        INSERT INTO activity_track AS t (activity_id, athlete_id, version, sport, points) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (activity_id) DO UPDATE SET version = $3, sport = $4, points = $5 WHERE t.version < $3
        """;

    public static bool WantsTracks => true;

    public Task RecordAsync(ActivitySummary activity, CancellationToken cancellationToken) =>
        activity.Visibility == Visibility.Everyone
            ? WriteAsync(activity.ActivityId, batch => Add(batch, activity), MatchMarks.AddAfterPublicFigures, cancellationToken)
            : WriteAsync(activity.ActivityId, batch => Add(batch, activity), MatchMarks.Add, cancellationToken);

    public Task DeleteAsync(ActivityDeleted deleted, CancellationToken cancellationToken) =>
        WriteAsync(deleted.ActivityId, batch => Add(batch, deleted), MatchMarks.Add, cancellationToken);

    public Task RecordTrackAsync(ActivityTrackPublished track, CancellationToken cancellationToken) =>
        WriteAsync(track.ActivityId, batch => Add(batch, track), MatchMarks.AddAfterTrack, cancellationToken);

    /// <summary>
    /// With the mark that has it matched again. While a rebuild runs the mark is set twice, which is once.
    /// </summary>
    private Task WriteAsync(
        Guid activityId, Action<NpgsqlBatch> add, Action<NpgsqlBatch, Guid> mark, CancellationToken cancellationToken) =>
        tables.WriteAsync(
            batch =>
            {
                add(batch);
                mark(batch, activityId);
            },
            cancellationToken);

    public static void Add(NpgsqlBatch batch, ActivitySummary activity) => Add(batch, activity.ActivityId, new(Replace)
    {
        Parameters =
        {
            new() { Value = activity.ActivityId },
            new() { Value = activity.AthleteId },
            new() { Value = activity.Version },
            new() { Value = false },
            new() { Value = (short)activity.Sport },
            new() { Value = (short)activity.Visibility },
            new() { Value = activity.StartedAt.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = activity.LocalDate },
        },
    });

    /// <summary>Leaves a tombstone, also for an activity that has not come yet: what comes after it is older.</summary>
    public static void Add(NpgsqlBatch batch, ActivityDeleted deletion) => Add(batch, deletion.ActivityId, new(Replace)
    {
        Parameters =
        {
            new() { Value = deletion.ActivityId },
            new() { Value = deletion.AthleteId },
            new() { Value = deletion.Version },
            new() { Value = true },
            new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint },
            new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint },
            new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Date },
        },
    });

    public static void Add(NpgsqlBatch batch, ActivityTrackPublished track) => Add(batch, track.ActivityId, new(ReplaceTrack)
    {
        Parameters =
        {
            new() { Value = track.ActivityId },
            new() { Value = track.AthleteId },
            new() { Value = track.Version },
            new() { Value = (short)track.Sport },
            new()
            {
                Value = track.Points is { } points ? Convert.FromBase64String(points) : DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.Bytea,
            },
        },
    });

    /// <summary>
    /// Messages of one activity wait for each other, so that a track and its deletion cannot miss one another.
    /// </summary>
    private static void Add(NpgsqlBatch batch, Guid activityId, NpgsqlBatchCommand replace)
    {
        batch.BatchCommands.Add(new("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))")
        {
            Parameters = { new() { Value = activityId } },
        });
        batch.BatchCommands.Add(replace);
        batch.BatchCommands.Add(new(DropHiddenTrack) { Parameters = { new() { Value = activityId } } });
    }
}
