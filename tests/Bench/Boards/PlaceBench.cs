using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Strava.Testing;

namespace Strava.Bench.Boards;

/// <summary>
/// The top 100 and the viewer's line of a board of a million, through the gateway, beside a route through the same
/// gateway into a service that does nothing; then both at half of the board's rate, every request at its appointed time.
/// </summary>
internal static class PlaceBench
{
    private const int Athletes = 1_000_000;
    private const int Viewers = 64;
    private const int Workers = 24;
    private const string Board = "/leaderboards/RUN?window=all&top=100";
    private static readonly TimeSpan OpenLoop = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static async Task RunAsync()
    {
        var floorUrl = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        await using var stack = await StackFixture.StartAsync((service, settings) =>
        {
            if (service == "gateway")
            {
                settings["RateLimits__Enabled"] = "false";
                settings["ReverseProxy__Routes__floor__ClusterId"] = "floor";
                settings["ReverseProxy__Routes__floor__Match__Path"] = FloorService.Path;
                settings["ReverseProxy__Clusters__floor__Destinations__d1__Address"] = floorUrl.ToString();
            }
        });
        await using var floor = await ServiceProcess.LaunchAsync(
            "Strava.Bench",
            new Dictionary<string, string>
            {
                ["Authentication__Authority"] = stack["gateway"].Url.GetLeftPart(UriPartial.Authority),
                ["Authentication__Audience"] = "strava",
            },
            "floor",
            floorUrl.GetLeftPart(UriPartial.Authority));
        var viewers = await FillAsync(stack);
        var bytes = await AwaitBoardAsync(stack.Gateway, viewers[0]);
        await Eventually.HoldsAsync(
            async () => await AskAsync(stack.Gateway, viewers[0], FloorService.Path) == 0, TimeSpan.FromSeconds(30));
        Figures.Note($"an answer has {bytes} bytes");

        await CompareAsync(stack.Gateway, viewers, "boards.place.read.vs_floor", FloorService.Path);
        await CompareAsync(stack.Gateway, viewers, "boards.place.read.vs_floor_of_as_many_bytes", $"{FloorService.Path}?bytes={bytes}");
        var rate = await RateAsync(stack.Gateway, viewers);
        await OpenLoopAsync("boards.place.floor_p99_ms", stack.Gateway, viewers, $"{FloorService.Path}?bytes={bytes}", rate / 2);
        await OpenLoopAsync("boards.place.read_p99_ms", stack.Gateway, viewers, Board, rate / 2);
    }

    private static Task CompareAsync(HttpClient gateway, string[] viewers, string name, string floor) => Contest.RunAsync(
        name, Workers, worker => Asking(gateway, viewers, worker, floor), worker => Asking(gateway, viewers, worker, Board));

    private static Func<Task> Asking(HttpClient gateway, string[] viewers, int worker, string path)
    {
        var turn = worker;
        return () => AskAsync(gateway, viewers[turn++ % viewers.Length], path);
    }

    /// <summary>Requests a second that the board alone bears.</summary>
    private static async Task<double> RateAsync(HttpClient gateway, string[] viewers)
    {
        var (watch, count) = (Stopwatch.StartNew(), 0);
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async worker =>
        {
            var ask = Asking(gateway, viewers, worker, Board);
            while (watch.Elapsed < TimeSpan.FromSeconds(5))
            {
                await ask();
                Interlocked.Increment(ref count);
            }
        }));
        return count / watch.Elapsed.TotalSeconds;
    }

    // A request's time counts from when it was due, not from when there was room for it.
    private static async Task OpenLoopAsync(
        string name, HttpClient gateway, string[] viewers, string path, double rate)
    {
        var (watch, due, asked, refused) = (Stopwatch.StartNew(), 0L, new List<Task<double>>(), 0);
        while (watch.Elapsed < OpenLoop)
        {
            var at = TimeSpan.FromSeconds(due / rate);
            if (at > watch.Elapsed)
            {
                await Task.Delay(1);
                continue;
            }

            var viewer = viewers[due++ % viewers.Length];
            asked.Add(Task.Run(async () =>
            {
                try
                {
                    await AskAsync(gateway, viewer, path);
                }
                catch (HttpRequestException)
                {
                    Interlocked.Increment(ref refused);
                }

                return (watch.Elapsed - at).TotalMilliseconds;
            }));
        }

        var took = (await Task.WhenAll(asked)).Skip((int)rate).Order().ToArray();
        Figures.Note($"open loop at {rate:0}/s: p50 {Figures.Format(Figures.Percentile(took, 0.5))} ms, worst {Figures.Format(took[^1])} ms of {took.Length}, {refused} refused");
        Figures.Print(name, Figures.Percentile(took, 0.99), "ms");
    }

    /// <returns>The length of the answer.</returns>
    private static async Task<int> AskAsync(HttpClient gateway, string token, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await gateway.SendAsync(request);
        return (await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync()).Length;
    }

    private static async Task<string[]> FillAsync(StackFixture stack)
    {
        var tokens = new List<string>();
        for (var viewer = 0; viewer < Viewers; viewer++)
        {
            using var answer = await stack.Gateway.PostAsJsonAsync("/dev/token", new { athlete = $"viewer {viewer}", country = "US" });
            tokens.Add((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!);
        }

        await using var database = NpgsqlDataSource.Create(stack.Database("leaderboard"));
        await Eventually.HoldsAsync(async () => await ScalarAsync(database, "SELECT count(*) FROM athlete_profile") == Viewers);
        await ExecuteAsync(
            database,
            $"""
            INSERT INTO athlete_number (athlete_id) SELECT gen_random_uuid() FROM generate_series(1, {Athletes - Viewers});
            INSERT INTO athlete_profile (athlete, version, name, country)
                SELECT number, 1, 'Athlete ' || number, 'US' FROM athlete_number ON CONFLICT DO NOTHING;
            INSERT INTO ledger (activity_id, athlete, version, deleted, sport, visibility, started_at, local_date, distance_mm)
                SELECT gen_random_uuid(), number, 1, false, 1, 1, at, at::date, 1000000 + (random() * 40000000)::bigint
                FROM (SELECT number, timestamptz '2019-01-01' + random() * interval '2 years' AS at FROM athlete_number) run;
            """);
        await ExecuteAsync(database, "VACUUM ANALYZE");

        // As if Redis were another's: the service fills it by itself.
        await ExecuteAsync(database, "UPDATE board_store SET generation = gen_random_uuid()");
        return [.. tokens];
    }

    /// <returns>The length of an answer.</returns>
    private static async Task<int> AwaitBoardAsync(HttpClient gateway, string token)
    {
        var length = 0;
        await Eventually.HoldsAsync(
            async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Board, UriKind.Relative));
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                using var answer = await gateway.SendAsync(request);
                var text = await answer.Content.ReadAsStringAsync();
                length = text.Length;
                var board = JsonDocument.Parse(text).RootElement;
                return board.GetProperty("total").GetInt64() == Athletes && !board.GetProperty("board").GetProperty("stale").GetBoolean();
            },
            Patience);
        return length;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 900;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> ScalarAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
