using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Strava.Core.Postgres;
using Strava.Testing;

namespace Strava.Bench.Legends;

/// <summary>
/// The legend of the day and the histogram of a segment of 100,000 athletes, through the gateway, each viewer with an
/// own line or without; beside the slow query that the rows stand for.
/// </summary>
internal static class ReadBench
{
    private const int Athletes = 100_000;
    private const int Viewers = 64;
    private const int Workers = 4;
    private const int WarmUp = 500;
    private const int Reads = 8_000;
    private const int SlowReads = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private const string Slow =
        """
        SELECT athlete_id, count(*), max(started_at) FROM effort
        WHERE segment = $1 AND standing = 2 AND local_date BETWEEN $2 - 89 AND $2
        GROUP BY athlete_id ORDER BY 2 DESC, 3, 1 LIMIT 1
        """;

    public static async Task RunAsync()
    {
        await using var stack = await StackFixture.StartAsync((service, settings) =>
        {
            if (service == "gateway")
            {
                settings["RateLimits__Enabled"] = "false";
            }
        });
        await using var world = await LegendWorld.CreateAsync(PostgresExtensions.CreateDataSource(stack.Database("locallegend")));
        var tokens = await FillAsync(stack, world);
        var segment = await world.ScalarAsync<Guid>("SELECT id FROM segment");
        var legend = $"/segments/{segment}/local-legend";
        await Eventually.HoldsAsync(async () => (await AskAsync(stack.Gateway, tokens[0], legend)).EffortCount > 0, Patience);
        await world.ExecuteAsync("VACUUM ANALYZE");

        await MeasureAsync("legends.read", Workers, Reads, turn => AskAsync(stack.Gateway, tokens[turn % Viewers], legend));
        await MeasureAsync("legends.histogram", Workers, Reads, turn =>
            AskAsync(stack.Gateway, tokens[turn % Viewers], $"/segments/{segment}/histogram"));
        await MeasureAsync("legends.read_slow_query", 1, SlowReads, _ => world.ExecuteAsync(
            Slow, world.Segment, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime)));
    }

    /// <summary>Half of the viewers have efforts. The service opens the segment when it is shown.</summary>
    private static async Task<List<string>> FillAsync(StackFixture stack, LegendWorld world)
    {
        await world.ExecuteAsync("UPDATE segment SET hidden = true");
        await world.FillAsync(Athletes);
        var tokens = new List<string>();
        for (var viewer = 0; viewer < Viewers; viewer++)
        {
            using var answer = await stack.Gateway.PostAsJsonAsync("/dev/token", new { athlete = $"viewer {viewer}" });
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
            tokens.Add(body.GetProperty("accessToken").GetString()!);
            if (viewer % 2 == 0)
            {
                await world.ExecuteAsync(
                    """
                    INSERT INTO effort (segment, activity_id, started_at, athlete_id, elapsed_ms, local_date, standing)
                    SELECT $1, gen_random_uuid(), now() - n * interval '3 days', $2, 300000, (now() - n * interval '3 days')::date, 2
                    FROM generate_series(1, $3) AS n
                    """,
                    world.Segment,
                    body.GetProperty("athleteId").GetGuid(),
                    1 + (viewer / 4));
            }
        }

        await world.ExecuteAsync("UPDATE segment SET hidden = false");
        return tokens;
    }

    private static async Task MeasureAsync(string name, int workers, int reads, Func<int, Task> ask)
    {
        var (took, turn) = (new double[reads], -Math.Min(WarmUp, reads));
        await Task.WhenAll(Enumerable.Range(0, workers).Select(async _ =>
        {
            for (var mine = Interlocked.Increment(ref turn); mine < reads; mine = Interlocked.Increment(ref turn))
            {
                var watch = Stopwatch.StartNew();
                await ask(Math.Abs(mine));
                if (mine >= 0)
                {
                    took[mine] = watch.Elapsed.TotalMilliseconds;
                }
            }
        }));
        Array.Sort(took);
        Figures.Print($"{name}_p50_ms", Figures.Percentile(took, 0.5), "ms");
        Figures.Print($"{name}_p99_ms", Figures.Percentile(took, 0.99), "ms");
    }

    private static async Task<Counted> AskAsync(HttpClient gateway, string token, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await gateway.SendAsync(request);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Counted>())!;
    }

    /// <summary>Of a legend's answer; a histogram has none.</summary>
    private sealed record Counted(int EffortCount);
}
