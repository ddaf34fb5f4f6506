using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using StackExchange.Redis;
using Strava.Testing;

namespace Strava.Bench.Boards;

/// <summary>
/// Ledger and boards lost: both made anew from the event streams of a million athletes with one activity each, by the
/// command that an operator would use.
/// </summary>
internal static class RebuildStreamsBench
{
    private const int Points = 31;
    private const int TellEvery = 20_000;
    private static readonly int Athletes = int.Parse(
        Environment.GetEnvironmentVariable("ATHLETES") ?? "1000000", CultureInfo.InvariantCulture);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    public static async Task RunAsync()
    {
        await using var stack = await StackFixture.StartAsync();
        Console.WriteLine($"==> streams: {Athletes} athletes of one country, one public run of {Points} points each");
        await using var activity = NpgsqlDataSource.Create(stack.Database("activity"));
        await using var leaderboard = NpgsqlDataSource.Create(stack.Database("leaderboard"));
        using var redis = await ConnectionMultiplexer.ConnectAsync(stack.Redis.ConnectionString);
        var (first, athlete) = await UploadAsync(stack.Gateway);
        await UntilAsync(async () => await ScalarAsync<long>(leaderboard, "SELECT count(*) FROM ledger") > 0);
        var seeding = Stopwatch.StartNew();
        await stack["activity"].KillAsync();
        await SeedAsync(activity, leaderboard, first, athlete);
        await stack["activity"].StartAsync();
        Figures.Note($"seeded in {Figures.Format(seeding.Elapsed.TotalSeconds)} s: {await ScalarAsync<long>(activity, "SELECT count(*) FROM mt_events")} events; the relay was told that they have been published");

        var watch = Stopwatch.StartNew();
        await using var command = await ServiceProcess.LaunchAsync("Strava.Leaderboards", SettingsOf(stack), "--rebuild");
        var told = 0L;
        await UntilAsync(async () =>
        {
            var now = await ScalarAsync<long>(leaderboard, "SELECT coalesce(max(told), 0) FROM rebuild");
            if (now / TellEvery > told / TellEvery)
            {
                Console.WriteLine($"    {now} in the copy after {Figures.Format(watch.Elapsed.TotalSeconds)} s");
            }

            told = now;
            return await ScalarAsync<bool>(leaderboard, "SELECT EXISTS (SELECT FROM rebuild WHERE state <> 'filling')");
        });
        var filled = watch.Elapsed.TotalSeconds;
        if (await command.EndAsync(Patience) != 0)
        {
            throw new InvalidOperationException(command.LogTail());
        }

        var ledger = watch.Elapsed.TotalSeconds;
        await UntilAsync(async () =>
            await redis.GetDatabase().SortedSetLengthAsync("leaderboard:{run:global:all}") == Athletes + 1
            && await ScalarAsync<bool>(leaderboard, "SELECT NOT EXISTS (SELECT FROM board_dirty) AND (SELECT layout FROM board_store) > 0")
            && await redis.GetDatabase().HashGetAsync("leaderboard:watermark", "refill") == "0");
        Figures.Note($"copy filled at {Figures.Format(filled)} s ({Figures.Format(Athletes / filled)} activities/s), compared (15 s for what live has not heard of), swapped in and told at {Figures.Format(ledger)} s; boards full at the end");
        Figures.Print("boards.rebuild.streams.ledger_s", ledger, "s");
        Figures.Print("boards.rebuild.streams_s", watch.Elapsed.TotalSeconds, "s");
    }

    private static async Task<(Guid Activity, Guid Athlete)> UploadAsync(HttpClient gateway)
    {
        using var answer = await gateway.PostAsJsonAsync("/dev/token", new { athlete = "first of a million", country = "US" });
        var body = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
        var (id, start) = (Guid.CreateVersion7(), new DateTimeOffset(2025, 3, 1, 8, 0, 0, TimeSpan.Zero));
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri($"/activities/{id}/recording", UriKind.Relative))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", body.GetProperty("accessToken").GetString()) },
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
        return (id, body.GetProperty("athleteId").GetGuid());
    }

    /// <summary>
    /// Copies of one stream, each of another athlete. The numbers and places of athletes are not in the streams: they
    /// are what a lost ledger leaves.
    /// </summary>
    private static async Task SeedAsync(
        NpgsqlDataSource activity, NpgsqlDataSource leaderboard, Guid first, Guid athlete)
    {
        await ExecuteAsync(
            activity,
            $"""
            CREATE TABLE twin AS SELECT gen_random_uuid() AS id, md5('athlete' || i)::uuid AS athlete FROM generate_series(1, {Athletes}) i;
            INSERT INTO mt_streams (id, type, version) SELECT t.id, s.type, s.version FROM twin t, mt_streams s WHERE s.id = '{first}';
            INSERT INTO mt_events (seq_id, id, stream_id, version, data, type, mt_dotnet_type)
            SELECT nextval('mt_events_sequence'), gen_random_uuid(), t.id, e.version,
                replace(e.data::text, '{athlete}', t.athlete::text)::jsonb, e.type, e.mt_dotnet_type
            FROM twin t, mt_events e WHERE e.stream_id = '{first}' ORDER BY t.id, e.version;
            UPDATE mt_event_progression SET last_seq_id = (SELECT max(seq_id) FROM mt_events);
            ANALYZE
            """);
        await ExecuteAsync(
            leaderboard,
            $"""
            INSERT INTO athlete_number (athlete_id) SELECT md5('athlete' || i)::uuid FROM generate_series(1, {Athletes}) i;
            INSERT INTO athlete_place (athlete, version, since, country)
                SELECT number, 1, now() - interval '5 years', 'US' FROM athlete_number ON CONFLICT DO NOTHING;
            TRUNCATE ledger, board_dirty, club_dirty;
            ANALYZE
            """);
    }

    private static Dictionary<string, string> SettingsOf(StackFixture stack) => new()
    {
        ["ConnectionStrings__Postgres"] = stack.Database("leaderboard"),
        ["ConnectionStrings__RabbitMq"] = stack.Broker.ToString(),
        ["ConnectionStrings__Redis"] = stack.Redis.ConnectionString,
        ["Authentication__Authority"] = stack["gateway"].Url.GetLeftPart(UriPartial.Authority),
        ["Authentication__Audience"] = "strava",
    };

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var watch = Stopwatch.StartNew(); !await holds(); await Task.Delay(100))
        {
            if (watch.Elapsed > Patience)
            {
                throw new TimeoutException();
            }
        }
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 120;
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 1_200;
        await command.ExecuteNonQueryAsync();
    }
}
