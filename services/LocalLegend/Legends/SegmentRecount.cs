using Npgsql;
using Strava.LocalLegends.Efforts;

namespace Strava.LocalLegends.Legends;

/// <summary>
/// A whole segment worked out from its efforts in one pass: legends, histogram, fastest times. Absolute, so that it may
/// be repeated, and it ends in exactly the rows that changes one by one would have left.
/// </summary>
internal sealed class SegmentRecount(NpgsqlDataSource database, LegendTelling telling, TimeProvider clock)
{
    private const string OpenIfFilled =
        """
        UPDATE segment SET state = 2 WHERE number = $1 AND state = 1 AND NOT hidden AND backfill_total IS NOT NULL
            AND NOT EXISTS (SELECT FROM backfill_item WHERE segment = $1)
        """;

    /// <summary>
    /// The end of a backfill: works out all rows and opens the segment, in one transaction. Whoever matched before it
    /// stored efforts alone; whoever comes after it finds rows to keep.
    /// </summary>
    /// <returns>False: activities are left to be looked at or not listed yet, or it is open already.</returns>
    public async Task<bool> OpenAsync(int segment, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var opening = new NpgsqlBatch(connection))
        {
            opening.AddSegmentLocks(segment);
            var open = opening.Add(OpenIfFilled, segment);
            await opening.ExecuteNonQueryAsync(cancellationToken);
            if (open.RecordsAffected == 0)
            {
                return false;
            }
        }

        await RecountAsync(connection, segment, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>In the caller's transaction, under the segment's lock.</summary>
    public async Task RecountAsync(NpgsqlConnection connection, int segment, CancellationToken cancellationToken)
    {
        var (row, told) = await ReadAsync(connection, segment, cancellationToken);
        var today = row.Today(clock.GetUtcNow());
        var first = LockedSegments.FirstDay(today);
        var tally = await TallyAsync(connection, segment, first, cancellationToken);
        var (winners, bins) = (tally.Winners.ToList(), tally.Bins.ToList());
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("DELETE FROM rolling_local_legend WHERE segment = $1", segment);
        batch.Add("DELETE FROM legend_histogram WHERE segment = $1", segment);
        batch.Add(
            """
            INSERT INTO rolling_local_legend (segment, date, athlete_id, efforts, reached_at)
            SELECT $1, * FROM unnest($2::date[], $3::uuid[], $4::int[], $5::timestamptz[])
            """,
            segment,
            winners.ConvertAll(one => one.Date).ToArray(),
            winners.ConvertAll(one => one.Entry.AthleteId).ToArray(),
            winners.ConvertAll(one => one.Entry.Efforts).ToArray(),
            LegendSql.Times(winners.Select(one => one.Entry.ReachedAt)));
        batch.Add(
            """
            INSERT INTO legend_histogram (segment, date, bin, athletes)
            SELECT $1, * FROM unnest($2::date[], $3::smallint[], $4::int[])
            """,
            segment,
            bins.ConvertAll(one => one.Date).ToArray(),
            bins.ConvertAll(one => (short)one.Bin).ToArray(),
            bins.ConvertAll(one => one.Athletes).ToArray());
        batch.AddAllBestEfforts(segment);
        var holder = winners.Where(one => one.Date == today).Select(one => (LegendEntry?)one.Entry).FirstOrDefault();
        await telling.AddAsync(batch, [new Title(row, today, holder, told)], cancellationToken);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<(LegendSegment Segment, Told? Told)> ReadAsync(
        NpgsqlConnection connection, int segment, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.AddSegments(segment);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        return (await rows.ReadAsync(LegendSegment.ReadWithTold, cancellationToken))[0];
    }

    private static async Task<SegmentTally> TallyAsync(
        NpgsqlConnection connection, int segment, DateOnly first, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            SELECT athlete_id, local_date, started_at FROM effort
            WHERE segment = $1 AND standing = 2 AND local_date >= $2
            """,
            segment,
            DailyCounts.OldestFor(first));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        return await SegmentTally.OfAsync(first, rows, cancellationToken);
    }
}
