using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Strava.Testing;

namespace Strava.Bench.Rebuild;

/// <summary>How fast read models are rebuilt from the streams of 20,000 activities of 601 points each.</summary>
internal static class RebuildBench
{
    private const int Activities = 20_000;
    private const int Points = 601;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly (string Service, string Project, string Table)[] Models =
    [
        ("activity", "Strava.Activities", "activity"),
        ("feed", "Strava.Feeds", "activity"),
        ("leaderboard", "Strava.Leaderboards", "ledger"),
        ("locallegend", "Strava.LocalLegends", "activity_track"),
    ];

    public static async Task RunAsync()
    {
        await using var stack = await StackFixture.StartAsync();
        Console.WriteLine($"==> rebuild: {Activities} activities of {Points} points");
        await FillAsync(stack, await UploadAsync(stack.Gateway));
        foreach (var (service, project, table) in Models)
        {
            await using var database = NpgsqlDataSource.Create(stack.Database(service));
            await Eventually.HoldsAsync(
                async () => await ScalarAsync<long>(database, $"SELECT count(*) FROM {table}") > Activities, Patience);
            await using var command = await ServiceProcess.LaunchAsync(
                project, SettingsOf(stack, service), "--rebuild", "--refuse-differences");
            if (await command.EndAsync(Patience) != 0)
            {
                throw new InvalidOperationException(command.LogTail());
            }

            var seconds = await ScalarAsync<double>(
                database, "SELECT extract(epoch FROM ended_at - started_at)::float8 FROM rebuild ORDER BY started_at DESC LIMIT 1");
            Figures.Print($"rebuild.{service}.activities_per_s", Activities / seconds);
        }
    }

    private static async Task<Guid> UploadAsync(HttpClient gateway)
    {
        using var answer = await gateway.PostAsJsonAsync("/dev/token", new { athlete = "many", country = "SI" });
        var token = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString();
        var (id, start) = (Guid.CreateVersion7(), new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri($"/activities/{id}/recording", UriKind.Relative))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
            Content = JsonContent.Create(new
            {
                type = "RUN",
                stateLog = new[] { new { state = "STARTED", at = start }, new { state = "COMPLETE", at = start.AddSeconds(5 * Points) } },
                points = Enumerable.Range(0, Points).Select(i =>
                    new { at = start.AddSeconds(5 * i), lat = Math.Round(46 + (i * 1e-4), 6), lon = 14.5 }),
            }),
        };
        using var made = await gateway.SendAsync(request);
        made.EnsureSuccessStatusCode();
        return id;
    }

    /// <summary>
    /// Copies of one stream, written as another writer would; the relay then makes their rows and tells them all.
    /// </summary>
    private static async Task FillAsync(StackFixture stack, Guid first)
    {
        await using var activity = NpgsqlDataSource.Create(stack.Database("activity"));
        await using var fill = activity.CreateCommand(
            $"""
            CREATE TABLE twin AS SELECT gen_random_uuid() AS id FROM generate_series(1, {Activities});
            INSERT INTO mt_streams (id, type, version) SELECT t.id, s.type, s.version FROM twin t, mt_streams s WHERE s.id = '{first}';
            INSERT INTO mt_events (seq_id, id, stream_id, version, data, type, mt_dotnet_type)
            SELECT nextval('mt_events_sequence'), gen_random_uuid(), t.id, e.version, e.data, e.type, e.mt_dotnet_type
            FROM twin t, mt_events e WHERE e.stream_id = '{first}' ORDER BY t.id, e.version
            """);
        fill.CommandTimeout = 120;
        await fill.ExecuteNonQueryAsync();
    }

    private static Dictionary<string, string> SettingsOf(StackFixture stack, string service) => new()
    {
        ["ConnectionStrings__Postgres"] = stack.Database(service),
        ["ConnectionStrings__RabbitMq"] = stack.Broker.ToString(),
        ["ConnectionStrings__Redis"] = stack.Redis.ConnectionString,
        ["Authentication__Authority"] = stack["gateway"].Url.GetLeftPart(UriPartial.Authority),
        ["Authentication__Audience"] = "strava",
    };

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
