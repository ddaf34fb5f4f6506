using System.Diagnostics;
using Npgsql;

namespace Strava.Bench.Legends;

/// <summary>
/// The legend of the day and the histogram of a segment of 100,000 athletes, each with the viewer's own efforts, beside
/// the slow query that they stand for. In Postgres alone: without HTTP and the gateway.
/// </summary>
internal static class ReadBench
{
    private const int Athletes = 100_000;
    private const int WarmUp = 100;
    private const int Reads = 2_000;
    private const int SlowReads = 5;

    // As the service reads them.
    private const string Own =
        """
        (SELECT count(*)::int FROM effort WHERE athlete_id = $3 AND segment = $1 AND standing = 2
            AND local_date BETWEEN $2 - 89 AND $2)
        """;

    private const string Legend =
        $"""
        SELECT {Own}, l.athlete_id, l.efforts, p.name FROM (VALUES (1)) AS one
        LEFT JOIN rolling_local_legend l ON l.segment = $1 AND l.date = $2
        LEFT JOIN athlete_profile p ON p.athlete_id = l.athlete_id
        """;

    private const string Histogram =
        $"""
        SELECT {Own}, (SELECT efforts FROM rolling_local_legend WHERE segment = $1 AND date = $2), h.bin, h.athletes
        FROM (VALUES (1)) AS one
        LEFT JOIN legend_histogram h ON h.segment = $1 AND h.date = $2 AND h.athletes > 0 ORDER BY h.bin
        """;

    private const string Slow =
        """
        SELECT athlete_id, count(*), max(started_at) FROM effort
        WHERE segment = $1 AND standing = 2 AND local_date BETWEEN $2 - 89 AND $2 AND athlete_id <> $3
        GROUP BY athlete_id ORDER BY 2 DESC, 3, 1 LIMIT 1
        """;

    public static async Task RunAsync()
    {
        await using var world = await LegendWorld.CreateAsync();
        await world.FillAsync(Athletes);
        await world.OpenAsync();
        await world.ExecuteAsync("VACUUM ANALYZE");
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var viewers = Enumerable.Range(0, 500).Select(_ => Guid.NewGuid()).ToList();
        await using (var some = world.Database.CreateCommand("SELECT DISTINCT athlete_id FROM effort LIMIT 500"))
        await using (var rows = await some.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync())
            {
                viewers.Add(rows.GetGuid(0));
            }
        }

        await MeasureAsync("legends.read", Legend, Reads);
        await MeasureAsync("legends.histogram", Histogram, Reads);
        await MeasureAsync("legends.read_slow_query", Slow, SlowReads);

        async Task MeasureAsync(string name, string sql, int reads)
        {
            var took = new List<double>();
            for (var turn = -Math.Min(WarmUp, reads); turn < reads; turn++)
            {
                var watch = Stopwatch.StartNew();
                await ReadAsync(world.Database, sql, world.Segment, today, viewers[Random.Shared.Next(viewers.Count)]);
                if (turn >= 0)
                {
                    took.Add(watch.Elapsed.TotalMilliseconds);
                }
            }

            took.Sort();
            Figures.Print($"{name}_p50_ms", Figures.Percentile(took, 0.5), "ms");
            Figures.Print($"{name}_p99_ms", Figures.Percentile(took, 0.99), "ms");
        }
    }

    private static async Task ReadAsync(
        NpgsqlDataSource database, string sql, int segment, DateOnly today, Guid viewer)
    {
#pragma warning disable CA2100 // One of the constants above.
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = segment });
        command.Parameters.Add(new() { Value = today });
        command.Parameters.Add(new() { Value = viewer });
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
        }
    }
}
