using Npgsql;

namespace Strava.Leaderboards.Challenges;

/// <summary>
/// Keeps the counts by standing, within the transaction that changes the entries: what a rank adds up is always what
/// the entries are. Each counter is touched once a batch; one that has drifted is cut anew at once, O(interval +
/// intervals of its group), whatever the size of the board.
/// </summary>
internal static class ChallengeCounters
{
    // Below every standing: whatever comes has an interval and a group.
    private const string First =
        """
        INSERT INTO {0} (challenge, country, low, entries)
        SELECT DISTINCT challenge, country, -9223372036854775808, 0
        FROM unnest($1::integer[], $2::text[]) AS d (challenge, country)
        WHERE NOT EXISTS (SELECT FROM {0} known WHERE known.challenge = d.challenge AND known.country = d.country)
        """;

    private const string Add =
        """
        UPDATE {0} c SET entries = c.entries + d.entries
        FROM (
            SELECT challenge, country, low, sum(entries) AS entries
            FROM (
                SELECT t.challenge, t.country, t.entries, (
                    SELECT k.low FROM {0} k
                    WHERE k.challenge = t.challenge AND k.country = t.country AND k.low <= t.standing
                    ORDER BY k.low DESC LIMIT 1) AS low
                FROM unnest($1::integer[], $2::text[], $3::bigint[], $4::integer[])
                    AS t (challenge, country, standing, entries)
            ) AS placed
            GROUP BY challenge, country, low HAVING sum(entries) <> 0
        ) AS d
        WHERE c.challenge = d.challenge AND c.country = d.country AND c.low = d.low
        RETURNING c.challenge, c.country, c.low, c.entries
        """;

    private static readonly string[] Tables = ["challenge_interval", "challenge_group"];
    private static readonly string[] FirstOf =
        [.. Tables.Select(table => First.Replace("{0}", table, StringComparison.Ordinal))];
    private static readonly string[] AddTo =
        [.. Tables.Select(table => Add.Replace("{0}", table, StringComparison.Ordinal))];

    public static async Task AddAsync(
        NpgsqlConnection connection, IReadOnlyList<CounterDelta> deltas, CancellationToken cancellationToken)
    {
        if (deltas.Count == 0)
        {
            return;
        }

        foreach (var (challenge, country, low) in await CountAsync(connection, deltas, cancellationToken))
        {
            await GroupOfIntervals.CutAsync(connection, challenge, country, low, cancellationToken);
        }
    }

    /// <returns>The intervals that may have drifted.</returns>
    private static async Task<List<(int Challenge, string Country, long Low)>> CountAsync(
        NpgsqlConnection connection, IReadOnlyList<CounterDelta> deltas, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (first, add) in FirstOf.Zip(AddTo))
        {
            batch.BatchCommands.Add(Command(first, deltas, withStandings: false));
            batch.BatchCommands.Add(Command(add, deltas, withStandings: true));
        }

        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var drifted = new List<(int, string, long)>();

        // Of the first result: intervals. Groups are looked at when intervals are cut.
        while (await rows.ReadAsync(cancellationToken))
        {
            var (low, entries) = (rows.GetInt64(2), rows.GetInt64(3));

            // The first of all has no one before it; what comes after it joins it.
            if (entries > IntervalCut.Most || (entries < IntervalCut.Least && low > long.MinValue))
            {
                drifted.Add((rows.GetInt32(0), rows.GetString(1), low));
            }
        }

        return drifted;
    }

    private static NpgsqlBatchCommand Command(string sql, IReadOnlyList<CounterDelta> deltas, bool withStandings)
    {
        var command = new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                new() { Value = deltas.Select(delta => delta.Challenge).ToArray() },
                new() { Value = deltas.Select(delta => delta.Country).ToArray() },
            },
        };
        if (withStandings)
        {
            command.Parameters.Add(new() { Value = deltas.Select(delta => delta.Standing).ToArray() });
            command.Parameters.Add(new() { Value = deltas.Select(delta => delta.Entries).ToArray() });
        }

        return command;
    }
}
