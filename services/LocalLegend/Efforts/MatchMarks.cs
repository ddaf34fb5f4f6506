using Npgsql;
using Strava.LocalLegends.Legends;

namespace Strava.LocalLegends.Efforts;

/// <summary>A mark as it was when it was taken.</summary>
internal readonly record struct MatchMark(Guid ActivityId, long Change, int Tries);

/// <summary>The work list: activities to be matched, again. Set in the transaction that changed the activity.</summary>
internal sealed class MatchMarks(NpgsqlDataSource database)
{
    /// <summary>After a rebuild; also what was live only, of which efforts may be left.</summary>
    public const string MarkAll =
        """
        INSERT INTO match_mark (activity_id) SELECT activity_id FROM activity UNION SELECT activity_id FROM effort
        ON CONFLICT (activity_id) DO UPDATE SET change = EXCLUDED.change, tries = 0, not_before = '-infinity'
        """;

    private const string Upsert =
        """
         ON CONFLICT (activity_id) DO UPDATE SET change = EXCLUDED.change, tries = 0, not_before = '-infinity'
        """;

    /// <summary>Whoever matches this activity now ends first: the mark's row is locked.</summary>
    public static void Add(NpgsqlBatch batch, Guid activityId) =>
        batch.Add($"INSERT INTO match_mark (activity_id) VALUES ($1){Upsert}", activityId);

    /// <summary>
    /// After figures that everyone may see. Without a track there is nothing to match; when it comes it marks. Messages
    /// of one activity wait for each other, so the later one sees the earlier one.
    /// </summary>
    public static void AddAfterPublicFigures(NpgsqlBatch batch, Guid activityId) => batch.Add(
        $"""
        INSERT INTO match_mark (activity_id) SELECT $1 WHERE EXISTS (SELECT FROM activity_track WHERE activity_id = $1){Upsert}
        """,
        activityId);

    /// <summary>After a track; before its figures there is nothing to match, as above.</summary>
    public static void AddAfterTrack(NpgsqlBatch batch, Guid activityId) => batch.Add(
        $"""
        INSERT INTO match_mark (activity_id) SELECT $1 WHERE EXISTS (SELECT FROM activity WHERE activity_id = $1){Upsert}
        """,
        activityId);

    /// <summary>The oldest first. Nothing is taken by it: who matches locks the mark.</summary>
    public async Task<List<MatchMark>> DueAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT activity_id, change, tries FROM match_mark
            WHERE not_before <= clock_timestamp() ORDER BY not_before, change LIMIT $1
            """);
        command.Parameters.Add(new() { Value = limit });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(
            row => new MatchMark(row.GetGuid(0), row.GetInt64(1), row.GetInt32(2)), cancellationToken);
    }

    /// <summary>A newer change of the activity is not put off.</summary>
    /// <param name="mark">As it was taken.</param>
    /// <param name="delay"><c>null</c>: until its activity changes.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task PutOffAsync(MatchMark mark, TimeSpan? delay, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE match_mark SET tries = tries + 1, not_before = coalesce(clock_timestamp() + $3, 'infinity')
            WHERE activity_id = $1 AND change = $2
            """);
        command.Parameters.Add(new() { Value = mark.ActivityId });
        command.Parameters.Add(new() { Value = mark.Change });
        command.Parameters.Add(new()
        {
            Value = (object?)delay ?? DBNull.Value,
            NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Interval,
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
