using Npgsql;
using Strava.Contracts.Messages;
using Strava.Contracts.Rest;
using Strava.Core.Outbox;

namespace Strava.Leaderboards.Challenges;

/// <summary>
/// Tells of those who have reached the goal: the row that says so and the message are of the entry's own transaction,
/// and the row's key is why nobody is told twice. What is told is at hand: O(1) an athlete.
/// </summary>
internal static class Completions
{
    private const string Note =
        """
        WITH noted AS (
            INSERT INTO challenge_completion (challenge, athlete, standing, reached_at)
            SELECT t.challenge, t.athlete, t.standing, t.reached_at
            FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::timestamptz[])
                AS t (challenge, athlete, standing, reached_at)
            JOIN challenge c ON c.number = t.challenge
            WHERE t.standing <= c.goal
            ON CONFLICT (challenge, athlete) DO NOTHING
            RETURNING challenge, athlete, standing, reached_at
        )
        SELECT c.id, c.name, n.athlete_id, c.metric, abs(noted.standing), abs(c.goal), e.activities, noted.reached_at
        FROM noted
        JOIN challenge c ON c.number = noted.challenge
        JOIN athlete_number n ON n.number = noted.athlete
        JOIN challenge_entry e ON e.challenge = noted.challenge AND e.athlete = noted.athlete
        """;

    /// <summary>After the entries were written.</summary>
    public static async Task TellAsync(
        NpgsqlConnection connection, IEnumerable<EntryChange> changes, CancellationToken cancellationToken)
    {
        var better = changes.Where(change => change.IsBetter).ToArray();
        if (better.Length == 0)
        {
            return;
        }

        var completed = await NoteAsync(connection, better, cancellationToken);
        if (completed.Count > 0)
        {
            await using var batch = new NpgsqlBatch(connection);
            foreach (var message in completed)
            {
                batch.AddOutgoing(message.AthleteId, message);
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task<List<ChallengeCompleted>> NoteAsync(
        NpgsqlConnection connection, EntryChange[] better, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Note, connection);
        command.Parameters.Add(new() { Value = better.Select(change => change.Challenge).ToArray() });
        command.Parameters.Add(new() { Value = better.Select(change => change.Athlete).ToArray() });
        command.Parameters.Add(new() { Value = better.Select(change => change.New!.Standing).ToArray() });
        command.Parameters.Add(new() { Value = better.Select(change => change.New!.ReachedAt.UtcDateTime).ToArray() });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var completed = new List<ChallengeCompleted>();
        while (await rows.ReadAsync(cancellationToken))
        {
            completed.Add(new ChallengeCompleted
            {
                ChallengeId = rows.GetGuid(0),
                Name = rows.GetString(1),
                AthleteId = rows.GetGuid(2),
                Metric = (ChallengeMetric)rows.GetInt16(3),
                Score = rows.GetInt64(4),
                Goal = rows.GetInt64(5),
                Activities = rows.GetInt32(6),
                ReachedAt = rows.GetFieldValue<DateTimeOffset>(7),
            });
        }

        return completed;
    }
}
