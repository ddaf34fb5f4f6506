using Npgsql;

namespace Strava.Leaderboards.Challenges;

/// <summary>What entries are and what they should be by the ledger, worked out from nothing.</summary>
internal static class LedgerScores
{
    // Who does not take part, was barred, is off all boards or not written for yet, has no score, whatever the
    // ledger says.
    private const string Sql =
        """
        SELECT t.challenge, t.athlete, e.standing, e.reached_at, e.activities, e.country,
            s.standing, s.reached_at, s.activities,
            coalesce(p.country, CASE WHEN f.country ~ '^[A-Z]{2}$' THEN f.country END, '')
        FROM unnest($1::integer[], $2::bigint[]) AS t (challenge, athlete)
        JOIN challenge c ON c.number = t.challenge
        LEFT JOIN challenge_participant p ON p.challenge = t.challenge AND p.athlete = t.athlete
        LEFT JOIN challenge_barred b ON b.challenge = t.challenge AND b.athlete = t.athlete
        LEFT JOIN athlete_profile f ON f.athlete = t.athlete
        LEFT JOIN challenge_entry e ON e.challenge = t.challenge AND e.athlete = t.athlete
        LEFT JOIN LATERAL challenge_score(t.athlete, c.metric, c.sports, c.starts_on, c.ends_on) s
            ON p.athlete IS NOT NULL AND b.athlete IS NULL
                AND NOT EXISTS (SELECT FROM athlete_flag g WHERE g.athlete = t.athlete)
        """;

    /// <summary>O(marks x activities of the athlete on the challenge's days).</summary>
    public static async Task<List<EntryChange>> ReadAsync(
        NpgsqlConnection connection,
        IReadOnlyList<ChallengeMark> marks,
        ChallengeLaunch launch,
        CancellationToken cancellationToken)
    {
        var written = new HashSet<(int Challenge, long Athlete)>();
        foreach (var mark in marks)
        {
            if (await launch.IsWrittenAsync(mark))
            {
                written.Add((mark.Challenge, mark.Athlete));
            }
        }

        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new() { Value = marks.Select(mark => mark.Challenge).ToArray() });
        command.Parameters.Add(new() { Value = marks.Select(mark => mark.Athlete).ToArray() });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var changes = new List<EntryChange>(marks.Count);
        while (await rows.ReadAsync(cancellationToken))
        {
            var (challenge, athlete) = (rows.GetInt32(0), rows.GetInt64(1));
            var place = written.Contains((challenge, athlete)) ? PlaceAt(rows, 6, country: 9) : null;
            changes.Add(new EntryChange(challenge, athlete, PlaceAt(rows, 2, country: 5), place));
        }

        return changes;
    }

    private static Place? PlaceAt(NpgsqlDataReader row, int standing, int country) => row.IsDBNull(standing)
        ? null
        : new Place(
            row.GetInt64(standing),
            row.GetFieldValue<DateTimeOffset>(standing + 1),
            row.GetInt32(standing + 2),
            row.GetString(country));
}
