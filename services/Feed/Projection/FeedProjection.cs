using Npgsql;
using Strava.Contracts.Messages;
using Strava.Core.Rebuild;

namespace Strava.Feeds.Projection;

/// <summary>
/// What the feed knows, kept up by messages. Each message is ONE statement on ONE row, which takes effect only when its
/// version is newer than the row's: that makes it safe to repeat, to come late, and to come beside another one of the
/// same row. Nothing here waits for anything else: an activity is taken before its athlete's profile and before any
/// friendship.
/// </summary>
internal sealed class FeedProjection(NpgsqlDataSource database, RebuildableTables tables) : IActivityProjection
{
    public static bool WantsTracks => false;

    public Task ApplyAsync(ActivitySummary activity, CancellationToken cancellationToken) =>
        tables.WriteAsync(batch => Add(batch, activity), cancellationToken);

    public Task ApplyAsync(ActivityDeleted deletion, CancellationToken cancellationToken) =>
        tables.WriteAsync(batch => Add(batch, deletion), cancellationToken);

    public static void Add(NpgsqlBatch batch, ActivitySummary activity) => Add(
        batch,
        """
        INSERT INTO activity (
            activity_id, athlete_id, version, deleted, sport, name, visibility, started_at,
            distance_millimeters, active_milliseconds, moving_milliseconds, elevation_gain_centimeters)
        VALUES ($1, $2, $3, false, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (activity_id) DO UPDATE SET
            athlete_id = EXCLUDED.athlete_id, version = EXCLUDED.version, deleted = false, sport = EXCLUDED.sport,
            name = EXCLUDED.name, visibility = EXCLUDED.visibility, started_at = EXCLUDED.started_at,
            distance_millimeters = EXCLUDED.distance_millimeters, active_milliseconds = EXCLUDED.active_milliseconds,
            moving_milliseconds = EXCLUDED.moving_milliseconds,
            elevation_gain_centimeters = EXCLUDED.elevation_gain_centimeters
        WHERE activity.version < EXCLUDED.version
        """,
        activity.ActivityId,
        activity.AthleteId,
        activity.Version,
        (short)activity.Sport,
        activity.Name,
        (short)activity.Visibility,
        activity.StartedAt.ToUniversalTime(),
        activity.DistanceMillimeters,
        activity.ActiveMilliseconds,
        activity.MovingMilliseconds,
        activity.ElevationGainCentimeters);

    /// <summary>
    /// Leaves a tombstone without figures. Of two messages of one version the deletion wins: better hidden than shown.
    /// </summary>
    public static void Add(NpgsqlBatch batch, ActivityDeleted deletion) => Add(
        batch,
        """
        INSERT INTO activity (activity_id, athlete_id, version, deleted) VALUES ($1, $2, $3, true)
        ON CONFLICT (activity_id) DO UPDATE SET
            athlete_id = EXCLUDED.athlete_id, version = EXCLUDED.version, deleted = true, sport = NULL, name = NULL,
            visibility = NULL, started_at = NULL, distance_millimeters = NULL, active_milliseconds = NULL,
            moving_milliseconds = NULL, elevation_gain_centimeters = NULL
        WHERE activity.version <= EXCLUDED.version
        """,
        deletion.ActivityId,
        deletion.AthleteId,
        deletion.Version);

    /// <summary>Tracks are not for lists.</summary>
    public static void Add(NpgsqlBatch batch, ActivityTrackPublished track)
    {
    }

    public Task ApplyAsync(AthleteProfileChanged profile, CancellationToken cancellationToken) => ExecuteAsync(
        """
        INSERT INTO athlete (athlete_id, version, name) VALUES ($1, $2, $3)
        ON CONFLICT (athlete_id) DO UPDATE SET version = EXCLUDED.version, name = EXCLUDED.name
        WHERE athlete.version < EXCLUDED.version
        """,
        cancellationToken,
        profile.AthleteId,
        profile.Version,
        profile.Name);

    public Task ApplyAsync(FriendshipChanged friendship, CancellationToken cancellationToken) => ExecuteAsync(
        """
        INSERT INTO friendship (athlete_a, athlete_b, version, are_friends) VALUES ($1, $2, $3, $4)
        ON CONFLICT (athlete_a, athlete_b) DO UPDATE SET version = EXCLUDED.version, are_friends = EXCLUDED.are_friends
        WHERE friendship.version < EXCLUDED.version
        """,
        cancellationToken,
        friendship.AthleteA,
        friendship.AthleteB,
        friendship.Version,
        friendship.AreFriends);

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var batch = database.CreateBatch();
        Add(batch, sql, values);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Add(NpgsqlBatch batch, string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        batch.BatchCommands.Add(command);
    }
}
