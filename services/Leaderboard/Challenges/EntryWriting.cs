using Npgsql;

namespace Strava.Leaderboards.Challenges;

/// <summary>Sets entries as they should be.</summary>
internal static class EntryWriting
{
    public static async Task WriteAsync(
        NpgsqlConnection connection, IReadOnlyCollection<EntryChange> changes, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (changes.Where(change => change.New is null).ToArray() is { Length: > 0 } gone)
        {
            batch.BatchCommands.Add(Delete(gone));
        }

        if (changes.Where(change => change.New is not null).ToArray() is { Length: > 0 } set)
        {
            batch.BatchCommands.Add(Upsert(set));
            batch.BatchCommands.Add(KeepCountries(set));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand Delete(EntryChange[] gone) => new(
        """
        DELETE FROM challenge_entry e USING unnest($1::integer[], $2::bigint[]) AS t (challenge, athlete)
        WHERE e.challenge = t.challenge AND e.athlete = t.athlete
        """)
    {
        Parameters =
        {
            new() { Value = gone.Select(change => change.Challenge).ToArray() },
            new() { Value = gone.Select(change => change.Athlete).ToArray() },
        },
    };

    private static NpgsqlBatchCommand Upsert(EntryChange[] set) => new(
        """
        INSERT INTO challenge_entry (challenge, athlete, standing, reached_at, activities, country)
        SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::integer[], $6::text[])
        ON CONFLICT (challenge, athlete) DO UPDATE SET standing = EXCLUDED.standing, reached_at = EXCLUDED.reached_at,
            activities = EXCLUDED.activities, country = EXCLUDED.country
        """)
    {
        Parameters =
        {
            new() { Value = set.Select(change => change.Challenge).ToArray() },
            new() { Value = set.Select(change => change.Athlete).ToArray() },
            new() { Value = set.Select(change => change.New!.Standing).ToArray() },
            new() { Value = set.Select(change => change.New!.ReachedAt.UtcDateTime).ToArray() },
            new() { Value = set.Select(change => change.New!.Activities).ToArray() },
            new() { Value = set.Select(change => change.New!.Country).ToArray() },
        },
    };

    // Whose profile came after the joining: from here on the country stays, wherever the athlete moves.
    private static NpgsqlBatchCommand KeepCountries(EntryChange[] set) => new(
        """
        UPDATE challenge_participant p SET country = t.country
        FROM unnest($1::integer[], $2::bigint[], $3::text[]) AS t (challenge, athlete, country)
        WHERE p.challenge = t.challenge AND p.athlete = t.athlete AND p.country IS NULL AND t.country <> ''
        """)
    {
        Parameters =
        {
            new() { Value = set.Select(change => change.Challenge).ToArray() },
            new() { Value = set.Select(change => change.Athlete).ToArray() },
            new() { Value = set.Select(change => change.New!.Country).ToArray() },
        },
    };
}
