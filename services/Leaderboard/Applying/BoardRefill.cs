using Npgsql;
using Strava.Contracts.Sports;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Applying;

/// <summary>Fills all boards of places.</summary>
internal sealed class BoardRefill(NpgsqlDataSource database, RedisBoards redis, TimeProvider time)
    : StoreRefill(database, redis, BoardApplier.Duty)
{
    private RefillSums? _sums;

    protected override async Task<RangeRead> ReadAsync(
        NpgsqlConnection snapshot, long from, long last, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(snapshot)
        {
            BatchCommands =
            {
                new("SELECT at FROM board_rolling"),
                OfRange(
                    """
                    SELECT athlete, version, since, country, region, city FROM athlete_place
                    WHERE athlete > $1 AND athlete <= $2 ORDER BY athlete
                    """,
                    from,
                    last),
                OfRange(
                    """
                    SELECT athlete, sport, local_date, distance_mm, started_at FROM ledger
                    WHERE athlete > $1 AND athlete <= $2 AND counts
                        AND NOT EXISTS (SELECT FROM athlete_flag f WHERE f.athlete = ledger.athlete)
                    ORDER BY athlete, sport, local_date
                    """,
                    from,
                    last),
            },
        };
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        // What days and places stand for is remembered from range to range, in one pass.
        var sums = (from == 0 ? null : Interlocked.Exchange(ref _sums, null)) ?? new RefillSums(time.GetUtcNow());
        sums.Rolled = rows.GetFieldValue<DateTimeOffset>(0);
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

        var boards = sums.Take();
        _sums = sums;
        return new RangeRead(boards.Sum(board => board.Entries.Count), (right, ends) => redis.WriteAsync(right, boards, ends));
    }

    private static string? Text(NpgsqlDataReader rows, int column) =>
        rows.IsDBNull(column) ? null : rows.GetString(column);
}
