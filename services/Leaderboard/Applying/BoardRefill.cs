using Npgsql;
using NpgsqlTypes;
using Strava.Contracts.Sports;
using Strava.Core.Applying;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Applying;

/// <summary>
/// Fills boards that have been emptied, all at once: one pass over the ledger in the order of its athletes, so that
/// each row is read once for all boards that it counts on. What changes meanwhile is marked as ever, and applied
/// afterwards.
/// </summary>
/// <remarks>
/// A range of athletes has a snapshot, a token and a deadline of its own, and its snapshot shows that the term still
/// holds, as every batch's does: see LeasedApplier. A crash leaves a Redis without our generation, and all begins
/// again.
/// </remarks>
internal sealed class BoardRefill(NpgsqlDataSource database, RedisBoards redis, TimeProvider time)
{
    /// <summary>So few that a range is read and written well within its deadline.</summary>
    private const int AthletesARange = 10_000;

    /// <returns>How many entries were set.</returns>
    public async Task<long> FillAsync(FenceTerm term, CancellationToken cancellationToken)
    {
        var last = await LastAthleteAsync(cancellationToken);
        var (sums, entries, writing) = (new RefillSums(time.GetUtcNow()), 0L, Task.CompletedTask);
        for (var from = 0L; from < last; from += AthletesARange)
        {
            // The next range is read while this one is written.
            var (token, deadline) = (term.NextToken(), redis.NewDeadline());
            await ReadAsync(term, from, sums, cancellationToken);
            var boards = sums.Take();
            entries += boards.Sum(board => board.Entries.Count);
            await writing;
            writing = WriteAsync(token, deadline, boards, term, cancellationToken);
        }

        await writing;
        return entries;
    }

    private async Task WriteAsync(
        long token, long deadline, IReadOnlyList<BoardEntries> boards, FenceTerm term, CancellationToken cancellationToken)
    {
        if (await redis.WriteAsync(token, deadline, boards, cancellationToken) > 0)
        {
            throw new TermOverException(term.Number);
        }
    }

    private async Task ReadAsync(FenceTerm term, long from, RefillSums sums, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction =
            await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new(
            """
            SELECT at FROM board_rolling
            WHERE (SELECT count(*) FROM fence WHERE duty = $1 AND partition = ANY($2) AND term = $3) = cardinality($2)
            """)
        {
            Parameters =
            {
                new() { Value = BoardApplier.Duty },
                new() { Value = term.Partitions, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint },
                new() { Value = term.Number },
            },
        });
        batch.BatchCommands.Add(OfRange(
            """
            SELECT athlete, version, since, country, region, city FROM athlete_place
            WHERE athlete > $1 AND athlete <= $2 ORDER BY athlete
            """,
            from));
        batch.BatchCommands.Add(OfRange(
            """
            SELECT athlete, sport, local_date, distance_mm, started_at FROM ledger
            WHERE athlete > $1 AND athlete <= $2 AND counts
                AND NOT EXISTS (SELECT FROM athlete_flag f WHERE f.athlete = ledger.athlete)
            ORDER BY athlete, sport, local_date
            """,
            from));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        sums.Rolled = await rows.ReadAsync(cancellationToken)
            ? rows.GetFieldValue<DateTimeOffset>(0)
            : throw new TermOverException(term.Number);

        await rows.NextResultAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            sums.AddPlace(
                rows.GetInt64(0),
                rows.GetInt64(1),
                rows.GetFieldValue<DateTimeOffset>(2),
                new AthletePlace(Text(rows, 3), Text(rows, 4), Text(rows, 5)));
        }

        await rows.NextResultAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            sums.Add(
                rows.GetInt64(0), (Sport)rows.GetInt16(1), rows.GetFieldValue<DateOnly>(2), rows.GetInt64(3), rows.GetDateTime(4));
        }
    }

    private async Task<long> LastAthleteAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT coalesce(max(number), 0) FROM athlete_number");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static NpgsqlBatchCommand OfRange(string sql, long from) => new(sql)
    {
        Parameters =
        {
            new NpgsqlParameter<long> { TypedValue = from },
            new NpgsqlParameter<long> { TypedValue = from + AthletesARange },
        },
    };

    private static string? Text(NpgsqlDataReader rows, int column) =>
        rows.IsDBNull(column) ? null : rows.GetString(column);
}
