using Npgsql;
using Strava.Contracts.Rest;
using Strava.Core.Applying;

namespace Strava.Leaderboards.Challenges;

/// <summary>A mark as it was when it was taken.</summary>
internal readonly record struct ChallengeMark(
    int Challenge, long Athlete, long Version, ChallengeState State, Guid ChallengeId, Guid AthleteId);

/// <summary>
/// One batch, one transaction: take marks, read what the ledger says since, set entries and counters, remove the marks.
/// Scores are absolute, so a batch twice is a batch once.
/// </summary>
internal sealed class ChallengeBatches(NpgsqlDataSource database, ChallengeLaunch launch)
{
    public const int Size = 500;

    /// <returns>How many marks were applied; 0: there is nothing to do.</returns>
    /// <exception cref="TermOverException">Somebody else has claimed the duty.</exception>
    public async Task<int> ApplyAsync(FenceTerm term, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var marks = await TakeAsync(connection, term, cancellationToken);
        if (marks.Count == 0)
        {
            return 0;
        }

        // A statement after the taking: it sees at least what the marks stand for. What is final is not touched any
        // more.
        var open = marks.Where(mark => mark.State != ChallengeState.Final).ToArray();
        var read = await LedgerScores.ReadAsync(connection, open, launch, cancellationToken);
        var changes = read.Where(change => change.IsChange).ToArray();
        if (changes.Length > 0)
        {
            await EntryWriting.WriteAsync(connection, changes, cancellationToken);
            await ChallengeCounters.AddAsync(connection, CounterDelta.Of(changes), cancellationToken);
            await Completions.TellAsync(connection, changes, cancellationToken);
        }

        await RemoveAsync(connection, marks, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return marks.Count;
    }

    // The fence is held to the end, so a later claim waits for this batch. A challenge that is being packed is passed
    // over (its row is locked): its marks are looked at again when it is final.
    private async Task<List<ChallengeMark>> TakeAsync(
        NpgsqlConnection connection, FenceTerm term, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(
                    """
                    SELECT count(*) FROM (
                        SELECT FROM fence WHERE duty = $1 AND partition = ANY ($2) AND term = $3 FOR SHARE) AS held
                    """)
                {
                    Parameters =
                    {
                        new() { Value = ChallengeApplier.Duty },
                        new() { Value = term.Partitions },
                        new() { Value = term.Number },
                    },
                },
                new(
                    """
                    SELECT d.challenge, d.athlete, d.version, c.state, c.id, n.athlete_id
                    FROM challenge_dirty d
                    JOIN challenge c ON c.number = d.challenge
                    JOIN athlete_number n ON n.number = d.athlete
                    WHERE d.challenge <> ALL ($2)
                    ORDER BY d.marked_at LIMIT $1 FOR SHARE OF c SKIP LOCKED
                    """)
                {
                    Parameters = { new() { Value = Size }, new() { Value = launch.Killed } },
                },
            },
        };
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        if (rows.GetInt64(0) != term.Partitions.Length)
        {
            throw new TermOverException(term.Number);
        }

        await rows.NextResultAsync(cancellationToken);
        var marks = new List<ChallengeMark>();
        while (await rows.ReadAsync(cancellationToken))
        {
            marks.Add(new ChallengeMark(
                rows.GetInt32(0),
                rows.GetInt64(1),
                rows.GetInt64(2),
                (ChallengeState)rows.GetInt16(3),
                rows.GetGuid(4),
                rows.GetGuid(5)));
        }

        return marks;
    }

    /// <summary>Those that nobody has changed since they were taken.</summary>
    private static async Task RemoveAsync(
        NpgsqlConnection connection, List<ChallengeMark> marks, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            DELETE FROM challenge_dirty d
            USING unnest($1::integer[], $2::bigint[], $3::bigint[]) AS t (challenge, athlete, version)
            WHERE d.challenge = t.challenge AND d.athlete = t.athlete AND d.version = t.version
            """,
            connection);
        command.Parameters.Add(new() { Value = marks.Select(mark => mark.Challenge).ToArray() });
        command.Parameters.Add(new() { Value = marks.Select(mark => mark.Athlete).ToArray() });
        command.Parameters.Add(new() { Value = marks.Select(mark => mark.Version).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
