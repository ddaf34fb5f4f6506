using Npgsql;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;

namespace Strava.Feeds.Timelines;

/// <summary>One line of the list and the versions it was made of.</summary>
internal sealed record FeedLine(PartialActivity Activity, long ActivityVersion, long AthleteVersion);

/// <summary>
/// The newest activities of somebody's friends, gathered when they are read (fan-out on read): saving an activity costs
/// one row, however many friends its athlete has, and unfriending or hiding takes effect with the next read.
/// </summary>
/// <remarks>
/// 1. Some of the friends, three for each line of the page, are asked for the page that they alone would give. Its last
/// line is a bound: the true page has nothing older, whatever the other friends did.
/// 2. Then one scan looks from each friend's newest entry back to that bound. A subquery for each friend's newest line
/// does the same without a bound, but costs several times what a step of that scan does.
/// Cost with f friends, a page of n lines and N activities: 3n subqueries, (f + 4n) × log N, and about f / 3 lines that
/// are newer than the bound (were the chosen ones less active than the others: more; the page is right anyway). Never
/// all activities. With a page number instead of a cursor n is page × pageSize.
/// </remarks>
internal sealed class FriendsActivities(NpgsqlDataSource database)
{
    private const string Sql =
        """
        WITH friend AS NOT MATERIALIZED (
            SELECT athlete_b AS athlete_id FROM friendship WHERE athlete_a = $1 AND are_friends
            UNION ALL
            SELECT athlete_a FROM friendship WHERE athlete_b = $1 AND are_friends
        ), head AS MATERIALIZED (
            SELECT sample.athlete_id, newest.started_at
            FROM (SELECT athlete_id FROM friend LIMIT 3 * ($4 + $5)) sample CROSS JOIN LATERAL (
                SELECT started_at FROM activity
                WHERE activity.athlete_id = sample.athlete_id AND NOT deleted AND visibility IN (1, 2)
                    AND (started_at, activity_id) < ($2, $3)
                ORDER BY started_at DESC, activity_id DESC LIMIT 1) newest
            ORDER BY newest.started_at DESC LIMIT $4 + $5
        ), sample_line AS (
            SELECT theirs.started_at
            FROM head CROSS JOIN LATERAL (
                SELECT started_at FROM activity
                WHERE activity.athlete_id = head.athlete_id AND NOT deleted AND visibility IN (1, 2)
                    AND (started_at, activity_id) < ($2, $3)
                    AND started_at >= coalesce(
                        (SELECT min(started_at) FROM head HAVING count(*) = $4 + $5), '-infinity')
                ORDER BY started_at DESC, activity_id DESC LIMIT $4 + $5) theirs
            ORDER BY theirs.started_at DESC LIMIT $4 + $5
        ), line AS (
            SELECT activity_id FROM activity
            WHERE athlete_id = ANY (ARRAY(SELECT athlete_id FROM friend)) AND NOT deleted AND visibility IN (1, 2)
                AND (started_at, activity_id) < ($2, $3)
                AND started_at >= coalesce(
                    (SELECT min(started_at) FROM sample_line HAVING count(*) = $4 + $5), '-infinity')
            ORDER BY started_at DESC, activity_id DESC OFFSET $4 LIMIT $5
        )
        SELECT a.activity_id, a.athlete_id, athlete.name, a.sport, a.name, a.started_at, a.distance_millimeters,
            a.active_milliseconds, a.moving_milliseconds, a.elevation_gain_centimeters, a.version, athlete.version
        FROM line JOIN activity a USING (activity_id) LEFT JOIN athlete USING (athlete_id)
        ORDER BY a.started_at DESC, a.activity_id DESC
        """;

    public async Task<List<FeedLine>> ReadAsync(
        Guid viewer, FeedCursor after, long offset, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = viewer });
        command.Parameters.Add(new() { Value = after.StartedAt });
        command.Parameters.Add(new() { Value = after.ActivityId });
        command.Parameters.Add(new() { Value = offset });
        command.Parameters.Add(new() { Value = (long)limit });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var lines = new List<FeedLine>(limit);
        while (await rows.ReadAsync(cancellationToken))
        {
            lines.Add(new FeedLine(ReadActivity(rows), rows.GetInt64(10), rows.IsDBNull(11) ? 0 : rows.GetInt64(11)));
        }

        return lines;
    }

    private static PartialActivity ReadActivity(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        AthleteId = row.GetGuid(1),
        AthleteName = row.IsDBNull(2) ? null : row.GetString(2),
        Type = (Sport)row.GetInt16(3),
        Name = row.GetString(4),
        StartedAt = row.GetFieldValue<DateTimeOffset>(5),
        DistanceMeters = row.GetInt64(6) / 1_000.0,
        ActiveSeconds = row.GetInt64(7) / 1_000.0,
        MovingSeconds = row.GetInt64(8) / 1_000.0,
        ElevationGainMeters = row.GetInt64(9) / 100.0,
    };
}
