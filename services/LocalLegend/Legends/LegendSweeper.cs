using Microsoft.Extensions.Options;
using Npgsql;
using Strava.Core.Leases;

namespace Strava.LocalLegends.Legends;

/// <summary>
/// Tells of titles that changed hands without a change of efforts: by the turn of the day, or by a second change on a
/// day that was told already. Goes through the segments of each time zone once a day, in pages; a page's position
/// commits with what the page has told, so that another node goes on there. Reads never wait for it.
/// </summary>
/// <remarks>It also drops the rows of days gone by. Nothing here needs the lease's epoch: the segments' locks and
/// what was told say what is left to do, so a second sweeper finds nothing.</remarks>
internal sealed class LegendSweeper(
    NpgsqlDataSource database,
    LegendTelling telling,
    IOptionsMonitor<LegendOptions> options,
    TimeProvider clock,
    ILogger<LegendSweeper> log)
    : LeasedWorker(database, log)
{
    private const int PageSize = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    // From name to name by the index, however many segments there are.
    private const string Zones =
        """
        WITH RECURSIVE zone AS (
            (SELECT time_zone FROM segment ORDER BY time_zone LIMIT 1)
            UNION ALL
            SELECT (SELECT s.time_zone FROM segment s WHERE s.time_zone > zone.time_zone ORDER BY s.time_zone LIMIT 1)
            FROM zone WHERE zone.time_zone IS NOT NULL)
        SELECT time_zone, coalesce(date, '-infinity'), coalesce(done, false)
        FROM zone LEFT JOIN legend_sweep USING (time_zone) WHERE time_zone IS NOT NULL
        """;

    private const string Page =
        """
        SELECT p.number, t.athlete_id IS DISTINCT FROM r.athlete_id
        FROM (SELECT number FROM segment WHERE time_zone = $1 AND number > $2 ORDER BY number LIMIT $3) AS p
        LEFT JOIN rolling_local_legend r ON r.segment = p.number AND r.date = $4
        LEFT JOIN legend_told t ON t.segment = p.number
        ORDER BY p.number
        """;

    private readonly NpgsqlDataSource _database = database;

    protected override string LeaseName => "legend-sweep";

    protected override async Task WorkAsync(LeaseTerm term, CancellationToken whileOwner)
    {
        while (true)
        {
            await SweepAsync(whileOwner);
            await Task.Delay(Pause, clock, whileOwner);
        }
    }

    /// <summary>All time zones whose day has turned.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (!options.CurrentValue.Enabled)
        {
            return;
        }

        foreach (var (timeZone, swept, isDone) in await ZonesAsync(cancellationToken))
        {
            var today = LocalDays.Of(timeZone, clock.GetUtcNow());
            if (swept < today)
            {
                await MoveAsync(timeZone, today, cancellationToken);
            }

            if (swept < today || (swept == today && !isDone))
            {
                while (await PageAsync(timeZone, today, cancellationToken))
                {
                }
            }
        }
    }

    private async Task<List<(string TimeZone, DateOnly Swept, bool IsDone)>> ZonesAsync(
        CancellationToken cancellationToken)
    {
        await using var batch = _database.CreateBatch();
        batch.Add(Zones);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(
            row => (row.GetString(0), row.GetFieldValue<DateOnly>(1), row.GetBoolean(2)), cancellationToken);
    }

    private async Task MoveAsync(string timeZone, DateOnly today, CancellationToken cancellationToken)
    {
        await using var batch = _database.CreateBatch();
        batch.Add(
            """
            INSERT INTO legend_sweep AS s (time_zone, date) VALUES ($1, $2)
            ON CONFLICT (time_zone) DO UPDATE SET date = $2, after = 0, done = false WHERE s.date < $2
            """,
            timeZone,
            today);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <returns>False: there is no further page.</returns>
    private async Task<bool> PageAsync(string timeZone, DateOnly today, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var page = await PageAsync(connection, timeZone, today, cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        if (page.Count > 0)
        {
            int[] numbers = [.. page.Select(one => one.Number)];
            int[] news = [.. page.Where(one => one.IsNews).Select(one => one.Number)];
            var titles = await LockTitlesAsync(connection, news, today, cancellationToken);
            await telling.AddAsync(batch, titles, cancellationToken);
            foreach (var table in new[] { "rolling_local_legend", "legend_histogram" })
            {
                batch.Add(
                    $"DELETE FROM {table} WHERE segment = ANY($1) AND date < $2",
                    numbers,
                    LockedSegments.FirstDay(today));
            }
        }

        batch.Add(
            "UPDATE legend_sweep SET after = $3, done = $4 WHERE time_zone = $1 AND date = $2",
            timeZone,
            today,
            page.Count > 0 ? page[^1].Number : 0,
            page.Count < PageSize);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return page.Count == PageSize;
    }

    private static async Task<List<(int Number, bool IsNews)>> PageAsync(
        NpgsqlConnection connection, string timeZone, DateOnly today, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            "SELECT after FROM legend_sweep WHERE time_zone = $1 AND date = $2 AND NOT done FOR UPDATE", timeZone, today);
        int after;
        await using (var position = await batch.ExecuteReaderAsync(cancellationToken))
        {
            if ((await position.ReadAsync(row => row.GetInt32(0), cancellationToken)) is not [var stored])
            {
                return [];
            }

            after = stored;
        }

        await using var paging = new NpgsqlBatch(connection);
        paging.Add(Page, timeZone, after, PageSize, today);
        await using var rows = await paging.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(row => (row.GetInt32(0), row.GetBoolean(1)), cancellationToken);
    }

    /// <summary>Under the locks it is looked at again.</summary>
    private static async Task<List<Title>> LockTitlesAsync(
        NpgsqlConnection connection, int[] segments, DateOnly today, CancellationToken cancellationToken)
    {
        if (segments.Length == 0)
        {
            return [];
        }

        await using var batch = new NpgsqlBatch(connection);
        batch.AddSegmentLocks(segments);
        batch.AddSegments(segments);
        batch.Add(
            """
            SELECT segment, athlete_id, efforts, reached_at FROM rolling_local_legend
            WHERE segment = ANY($1) AND date = $2
            """,
            segments,
            today);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var found = await rows.ReadAsync(LegendSegment.ReadWithTold, cancellationToken);
        var holders = (await rows.ReadAsync(
            row => (
                Segment: row.GetInt32(0),
                Entry: new LegendEntry(row.GetGuid(1), row.GetInt32(2), row.GetDateTime(3))),
            cancellationToken)).ToDictionary(row => row.Segment, row => row.Entry);
        return found.ConvertAll(one => new Title(
            one.Segment, today, holders.TryGetValue(one.Segment.Number, out var holder) ? holder : null, one.Told));
    }
}
