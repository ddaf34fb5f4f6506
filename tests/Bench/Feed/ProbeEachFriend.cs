using Npgsql;

namespace Strava.Bench.Feed;

/// <summary>
/// The plain way to a first page: one index probe for each friend's newest activity, then the page from the friends
/// with the newest ones.
/// </summary>
internal static class ProbeEachFriend
{
    private const string Sql =
        """
        WITH friend AS (
            SELECT athlete_b AS athlete_id FROM friendship WHERE athlete_a = $1 AND are_friends
            UNION ALL
            SELECT athlete_a FROM friendship WHERE athlete_b = $1 AND are_friends
        ), recently_active AS (
            SELECT friend.athlete_id
            FROM friend CROSS JOIN LATERAL (
                SELECT started_at, activity_id FROM activity
                WHERE activity.athlete_id = friend.athlete_id AND NOT deleted AND visibility IN (1, 2)
                ORDER BY started_at DESC, activity_id DESC LIMIT 1) newest
            ORDER BY newest.started_at DESC, newest.activity_id DESC LIMIT $2
        ), line AS (
            SELECT theirs.activity_id
            FROM recently_active CROSS JOIN LATERAL (
                SELECT started_at, activity_id FROM activity
                WHERE activity.athlete_id = recently_active.athlete_id AND NOT deleted AND visibility IN (1, 2)
                ORDER BY started_at DESC, activity_id DESC LIMIT $2) theirs
            ORDER BY theirs.started_at DESC, theirs.activity_id DESC LIMIT $2
        )
        SELECT a.activity_id, a.athlete_id, athlete.name, a.sport, a.name, a.started_at, a.distance_millimeters,
            a.active_milliseconds, a.moving_milliseconds, a.elevation_gain_centimeters, a.version, athlete.version
        FROM line JOIN activity a USING (activity_id) LEFT JOIN athlete USING (athlete_id)
        ORDER BY a.started_at DESC, a.activity_id DESC
        """;

    public static async Task<List<Guid>> ReadAsync(NpgsqlDataSource database, Guid viewer, int limit)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = viewer });
        command.Parameters.Add(new() { Value = (long)limit });
        await using var rows = await command.ExecuteReaderAsync();
        var lines = new List<Guid>(limit);
        while (await rows.ReadAsync())
        {
            lines.Add(rows.GetGuid(0));
        }

        return lines;
    }
}
