using Npgsql;

namespace Strava.Oracle;

/// <summary>A challenge and who takes part: what the Leaderboard service holds as truth.</summary>
/// <param name="State">1 open, 2 closing, 3 final.</param>
/// <param name="AsOf">
/// Of a closing or final one: what happened before counts. Its end, or when an operator asked for a correction.
/// </param>
/// <param name="Participants">Who is not off it, with the country joined for, if it is known.</param>
/// <param name="Off">Flagged or barred: who, and since when.</param>
internal sealed record ChallengeFacts(
    int Number,
    Guid Id,
    string[] Sports,
    int Metric,
    DateOnly From,
    DateOnly To,
    int State,
    DateTimeOffset AsOf,
    Dictionary<Guid, string?> Participants,
    Dictionary<Guid, DateTimeOffset> Off)
{
    public bool IsFastest => Metric >= 7;

    public static async Task<List<ChallengeFacts>> ReadAsync(NpgsqlConnection database)
    {
        var challenges = new Dictionary<int, ChallengeFacts>();
        await using (var command = new NpgsqlCommand(
            """
            SELECT number, id, sports, metric, starts_on, ends_on, state, coalesce(
                (SELECT requested_at FROM challenge_correction w
                 WHERE w.challenge = c.number AND w.generation = c.generation), closes_at)
            FROM challenge c
            """,
            database))
        await using (var rows = await command.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync())
            {
                var sports = rows.GetFieldValue<short[]>(2).Select(sport => sport == 1 ? "RUN" : "RIDE").ToArray();
                challenges.Add(rows.GetInt32(0), new ChallengeFacts(
                    rows.GetInt32(0), rows.GetGuid(1), sports, rows.GetInt16(3), rows.GetFieldValue<DateOnly>(4),
                    rows.GetFieldValue<DateOnly>(5), rows.GetInt16(6), rows.GetFieldValue<DateTimeOffset>(7), [], []));
            }
        }

        await using var members = new NpgsqlCommand(
            """
            SELECT p.challenge, n.athlete_id, p.country, least(g.since, b.barred_at)
            FROM challenge_participant p JOIN athlete_number n ON n.number = p.athlete
            LEFT JOIN athlete_flag g ON g.athlete = p.athlete
            LEFT JOIN challenge_barred b ON b.challenge = p.challenge AND b.athlete = p.athlete
            """,
            database);
        await using var joined = await members.ExecuteReaderAsync();
        while (await joined.ReadAsync())
        {
            var (challenge, athlete) = (challenges[joined.GetInt32(0)], joined.GetGuid(1));
            if (joined.IsDBNull(3))
            {
                challenge.Participants.Add(athlete, joined.IsDBNull(2) ? null : joined.GetString(2));
            }
            else
            {
                challenge.Off.Add(athlete, joined.GetFieldValue<DateTimeOffset>(3));
            }
        }

        return [.. challenges.Values];
    }
}
