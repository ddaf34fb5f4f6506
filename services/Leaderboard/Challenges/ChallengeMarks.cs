using Npgsql;

namespace Strava.Leaderboards.Challenges;

/// <summary>Says in a batch, hence in its transaction, whose entries are to be set anew. A mark twice is one.</summary>
internal static class ChallengeMarks
{
    private const string Again =
        "ON CONFLICT (challenge, athlete) DO UPDATE SET version = EXCLUDED.version";

    /// <summary>
    /// For what <c>AfterSwap</c> names <c>different (athlete)</c>: those whose ledger a rebuild has corrected.
    /// </summary>
    public const string MarkDifferent =
        $"""
        INSERT INTO challenge_dirty (challenge, athlete)
        SELECT p.challenge, p.athlete FROM challenge_participant p JOIN challenge c ON c.number = p.challenge
        WHERE c.state = 1 AND p.athlete IN (SELECT athlete FROM different) ORDER BY 1, 2 {Again}
        """;

    /// <summary>For what a statement names <c>said (number)</c>: everybody who takes part or has an entry.</summary>
    public const string MarkParticipants =
        $"""
        INSERT INTO challenge_dirty (challenge, athlete)
        SELECT number, athlete FROM said JOIN challenge_participant ON challenge = number
        UNION SELECT number, athlete FROM said JOIN challenge_entry ON challenge = number
        ORDER BY 1, 2 {Again}
        """;

    /// <summary>$1 challenges and $2 athletes, side by side.</summary>
    public const string MarkEach =
        $"""
        INSERT INTO challenge_dirty (challenge, athlete)
        SELECT * FROM unnest($1::integer[], $2::bigint[]) ORDER BY 1, 2 {Again}
        """;

    /// <summary>
    /// In each open challenge of theirs. Not narrowed to the activity's days: they may have been others before, and an
    /// athlete is in few open challenges. O(challenges of the athlete).
    /// </summary>
    public static void AddChallengeMarks(this NpgsqlBatch batch, Guid athleteId) => batch.BatchCommands.Add(new(
        $"""
        INSERT INTO challenge_dirty (challenge, athlete)
        SELECT p.challenge, p.athlete
        FROM athlete_number n
        JOIN challenge_participant p ON p.athlete = n.number
        JOIN challenge c ON c.number = p.challenge
        WHERE n.athlete_id = $1 AND c.state = 1 ORDER BY 1, 2 {Again}
        """)
    {
        Parameters = { new NpgsqlParameter<Guid> { TypedValue = athleteId } },
    });

    /// <summary>In one challenge, whether they take part or no longer.</summary>
    public static void AddChallengeMark(
        this NpgsqlBatch batch, int challenge, Guid athleteId) => batch.BatchCommands.Add(
        new(
            $"""
            INSERT INTO challenge_dirty (challenge, athlete)
            SELECT $1, number FROM athlete_number WHERE athlete_id = $2 {Again}
            """)
        {
            Parameters =
            {
                new NpgsqlParameter<int> { TypedValue = challenge },
                new NpgsqlParameter<Guid> { TypedValue = athleteId },
            },
        });
}
