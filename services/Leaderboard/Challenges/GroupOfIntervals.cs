using Npgsql;
using NpgsqlTypes;

namespace Strava.Leaderboards.Challenges;

/// <summary>
/// One group with its intervals: borders move within it; a group that has drifted is halved, or joins the next.
/// </summary>
internal static class GroupOfIntervals
{
    private const int MostIntervals = 2 * IntervalCut.IntervalsOfGroup;
    private const int FewIntervals = IntervalCut.IntervalsOfGroup / 4;
    private const int JoinedIntervals = 3 * IntervalCut.IntervalsOfGroup / 2;

    private const string Of = "challenge = $1 AND country = $2";

    /// <summary>Cuts the interval at <paramref name="low"/> anew if it has drifted.</summary>
    public static async Task CutAsync(
        NpgsqlConnection connection, int challenge, string country, long low, CancellationToken cancellationToken)
    {
        var (group, past) = await FindAsync(connection, challenge, country, low, cancellationToken);
        var intervals = await IntervalsAsync(connection, challenge, country, group, past, cancellationToken);
        var index = intervals.FindIndex(interval => interval.Low == low);
        if (index < 0 || IntervalCut.Drifted(intervals, index, past) is not { } range)
        {
            return;
        }

        var from = intervals[range.First].Low;
        var to = IntervalCut.EndOf(intervals, range.Last, past);
        var counts = await CountsAsync(connection, challenge, country, from, to, cancellationToken);
        var pieces = IntervalCut.Cut(from, to, counts);
        intervals.RemoveRange(range.First, range.Last - range.First + 1);
        intervals.InsertRange(range.First, pieces);

        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Command(
            $"DELETE FROM challenge_interval WHERE {Of} AND low >= $3 AND ($4::bigint IS NULL OR low < $4)",
            challenge, country, Number(from), Number(to)));
        batch.BatchCommands.Add(Command(
            """
            INSERT INTO challenge_interval (challenge, country, low, entries)
            SELECT $1, $2, * FROM unnest($3::bigint[], $4::bigint[])
            """,
            challenge,
            country,
            new() { Value = pieces.Select(piece => piece.Low).ToArray() },
            new() { Value = pieces.Select(piece => piece.Entries).ToArray() }));
        if (intervals.Count > MostIntervals)
        {
            AddHalving(batch, challenge, country, group, intervals);
        }
        else if (intervals.Count < FewIntervals && past is { } next)
        {
            await AddJoiningAsync(batch, challenge, country, group, next, intervals.Count, cancellationToken);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void AddHalving(
        NpgsqlBatch batch, int challenge, string country, long group, List<Interval> intervals)
    {
        var upper = intervals[(intervals.Count / 2)..];
        var (low, entries) = (Number(upper[0].Low), Number(upper.Sum(interval => interval.Entries)));
        batch.BatchCommands.Add(Command(
            $"UPDATE challenge_group SET entries = entries - $4 WHERE {Of} AND low = $3",
            challenge,
            country,
            Number(group),
            entries));
        batch.BatchCommands.Add(Command(
            "INSERT INTO challenge_group (challenge, country, low, entries) VALUES ($1, $2, $3, $4)",
            challenge, country, low, entries.Clone()));
    }

    private static async Task AddJoiningAsync(
        NpgsqlBatch batch,
        int challenge,
        string country,
        long group,
        long next,
        int count,
        CancellationToken cancellationToken)
    {
        var (_, past) = await FindAsync(batch.Connection!, challenge, country, next, cancellationToken);
        var others = await IntervalsAsync(batch.Connection!, challenge, country, next, past, cancellationToken);
        if (others.Count + count <= JoinedIntervals)
        {
            batch.BatchCommands.Add(Command(
                $"""
                WITH gone AS (DELETE FROM challenge_group WHERE {Of} AND low = $4 RETURNING entries)
                UPDATE challenge_group SET entries = challenge_group.entries + gone.entries FROM gone
                WHERE {Of} AND low = $3
                """,
                challenge, country, Number(group), Number(next)));
        }
    }

    private static async Task<(long Group, long? Past)> FindAsync(
        NpgsqlConnection connection, int challenge, string country, long low, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                Command(
                    $"""
                    SELECT (SELECT max(low) FROM challenge_group WHERE {Of} AND low <= $3),
                        (SELECT min(low) FROM challenge_group WHERE {Of} AND low > $3)
                    """,
                    challenge, country, Number(low)),
            },
        };
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return (rows.GetInt64(0), rows.IsDBNull(1) ? null : rows.GetInt64(1));
    }

    private static async Task<List<Interval>> IntervalsAsync(
        NpgsqlConnection connection,
        int challenge,
        string country,
        long from,
        long? to,
        CancellationToken cancellationToken) =>
        [
            .. (await PairsAsync(
                connection,
                $"""
                SELECT low, entries FROM challenge_interval
                WHERE {Of} AND low >= $3 AND ($4::bigint IS NULL OR low < $4) ORDER BY low
                """,
                challenge, country, from, to, cancellationToken))
            .Select(pair => new Interval(pair.First, pair.Second)),
        ];

    private static Task<List<(long First, long Second)>> CountsAsync(
        NpgsqlConnection connection,
        int challenge,
        string country,
        long from,
        long? to,
        CancellationToken cancellationToken)
    {
        // The country's own index has it as a part of its key.
        var board = country.Length == 0
            ? "challenge = $1 AND $2 = ''"
            : "challenge = $1 AND country = $2 AND country <> ''";
        return PairsAsync(
            connection,
            $"""
            SELECT standing, count(*) FROM challenge_entry
            WHERE {board} AND standing >= $3 AND ($4::bigint IS NULL OR standing < $4)
            GROUP BY standing ORDER BY standing
            """,
            challenge, country, from, to, cancellationToken);
    }

    private static async Task<List<(long First, long Second)>> PairsAsync(
        NpgsqlConnection connection,
        string sql,
        int challenge,
        string country,
        long from,
        long? to,
        CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { Command(sql, challenge, country, Number(from), Number(to)) },
        };
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var pairs = new List<(long, long)>();
        while (await rows.ReadAsync(cancellationToken))
        {
            pairs.Add((rows.GetInt64(0), rows.GetInt64(1)));
        }

        return pairs;
    }

    private static NpgsqlBatchCommand Command(string sql, int challenge, string country, params NpgsqlParameter[] more)
    {
#pragma warning disable CA2100 // Constants of this file.
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = challenge });
        command.Parameters.Add(new() { Value = country });
        command.Parameters.AddRange(more);
        return command;
    }

    private static NpgsqlParameter Number(long? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint };
}
