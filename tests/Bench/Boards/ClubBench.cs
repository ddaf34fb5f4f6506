using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using StackExchange.Redis;
using Strava.Leaderboards.Boards;
using Strava.Testing;

namespace Strava.Bench.Boards;

/// <summary>
/// Boards of clubs of 10, 10,000 and 1,000,000 members (or as many million as CLUB_MILLIONS says) who have all been
/// active this week, which is the worst case: what a change costs, from the ledger to Redis, and how long a page takes
/// through the gateway.
/// </summary>
internal static class ClubBench
{
    private const int Middle = 10_000;
    private const int Small = 10;

    /// <summary>
    /// Athletes of one club size that change in one round; so there are as many clubs of ten as hold them.
    /// </summary>
    private const int Changed = 2_000;

    private const int Rounds = 7;
    private const int Reads = 3_000;
    private static readonly int Millions = int.Parse(
        Environment.GetEnvironmentVariable("CLUB_MILLIONS") ?? "1", CultureInfo.InvariantCulture);

    private static readonly int Athletes = Millions * 1_000_000;
    private static readonly string Large = $"{Millions}m";
    private static readonly string[] Sorts =
        ["distance", "movingTime", "elevation", "averagePace", "longest", "activities"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static async Task RunAsync()
    {
        await using var stack = await StackFixture.StartAsync((service, settings) =>
        {
            if (service == "gateway")
            {
                settings["RateLimits__Enabled"] = "false";
            }
        });
        await using var database = NpgsqlDataSource.Create(stack.Database("leaderboard"));
        var (token, athlete) = await SignInAsync(stack.Gateway);
        using var redis = await ConnectionMultiplexer.ConnectAsync(stack.Redis.ConnectionString);
        await FillAsync(database, redis.GetDatabase(), athlete);
        await WriteAsync(database);
        await ReadAsync(database, stack.Gateway, token);

        // Last: what it writes is no longer what the ledger says.
        await RawAsync(database, redis.GetDatabase());
    }

    private static async Task FillAsync(NpgsqlDataSource database, IDatabase redis, Guid viewer)
    {
        Console.WriteLine(
            $"==> clubs: one of {Athletes} athletes, one of {Middle} others, {Changed / Small} of {Small} others each");
        await ExecuteAsync(
            database, "INSERT INTO athlete_number (athlete_id) VALUES ($1) ON CONFLICT DO NOTHING", viewer);
        await ExecuteAsync(
            database,
            $"""
            INSERT INTO athlete_number (athlete_id)
            SELECT md5(i::text)::uuid FROM generate_series(1, {Athletes + Middle + Changed - 1}) i;
            INSERT INTO athlete_profile (athlete, version, name)
            SELECT number, 1, 'Somebody ' || number FROM athlete_number
            ON CONFLICT DO NOTHING;
            INSERT INTO club (id, name, folded, sport, made_by, made_at)
            SELECT md5('club' || i)::uuid, 'Club ' || i, 'club ' || i, 1,
                (SELECT min(number) FROM athlete_number), now()
            FROM generate_series(1, {2 + (Changed / Small)}) i;
            INSERT INTO club_member (athlete, club, version, joined, changed_at)
            SELECT number, CASE WHEN i <= {Athletes} THEN 1 WHEN i <= {Athletes + Middle} THEN 2
                ELSE 3 + (i - {Athletes + Middle} - 1) / {Small} END, 1, true, now()
            FROM (SELECT number, row_number() OVER (ORDER BY number) AS i FROM athlete_number) a;
            INSERT INTO club_count (club, stripe, members)
            SELECT club, athlete % 16, count(*) FROM club_member GROUP BY 1, 2
            """);
        await ExecuteAsync(
            database,
            """
            ALTER TABLE ledger DISABLE TRIGGER USER;
            INSERT INTO ledger (activity_id, athlete, version, deleted, sport, visibility, started_at, local_date,
                distance_mm, active_ms, moving_ms, elevation_gain_cm)
            SELECT gen_random_uuid(), number, 1, false, 1, 1, now(), current_date,
                (1000 * random() * 20000)::bigint, 3600000, (random() * 3600000)::bigint, (random() * 100000)::bigint
            FROM athlete_number;
            ALTER TABLE ledger ENABLE TRIGGER USER
            """);
        await ExecuteAsync(database, "VACUUM ANALYZE");
        var watch = Stopwatch.StartNew();
        await ExecuteAsync(database, "UPDATE club_store SET layout = 0");
        for (string? generation = null; generation is null; await Task.Delay(50))
        {
            generation = await ScalarAsync<string?>(
                database, "SELECT generation::text FROM club_store WHERE layout > 0 AND generation::text = $1",
                $"{await redis.HashGetAsync("leaderboard:club:watermark", "generation")}");
        }

        await StillAsync(database);
        Figures.Print("boards.club.refill_s", watch.Elapsed.TotalSeconds, "s");
        Figures.Note(
            $"one activity of each of {Athletes + Middle + Changed} athletes from the ledger to seven keys of each of {2 + (Changed / Small)} clubs, "
            + "which the service finds to be of an older layout");
    }

    /// <summary>The sizes take turns: whatever else the machine does meets all.</summary>
    private static async Task WriteAsync(NpgsqlDataSource database)
    {
        var clubs = new (string Name, string Of)[]
        {
            ("10", "club > 2"), ("10k", "club = 2"), (Large, "club = 1"),
        };
        var took = clubs.ToDictionary(club => club.Name, _ => new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var (name, of) in clubs)
            {
                // The same number of athletes of each, each in one club, others in each round.
                var athletes = await ChooseAsync(database, of);
                var watch = Stopwatch.StartNew();
                await ExecuteAsync(
                    database,
                    """
                    UPDATE ledger SET version = version + 1, distance_mm = distance_mm + 1000
                    WHERE sport = 1 AND counts AND local_date > current_date - 30 AND athlete = ANY($1)
                    """,
                    athletes);
                await StillAsync(database);
                if (round > 0)
                {
                    took[name].Add(1_000 * watch.Elapsed.TotalMilliseconds / Changed);
                }
            }
        }

        var per = took.ToDictionary(one => one.Key, one => Figures.Median(one.Value));
        foreach (var (name, microseconds) in per)
        {
            Figures.Print($"boards.club.write.{name}", microseconds, "us");
        }

        Figures.Print("boards.club.growth.write", per[Large] / per["10k"]);
        Figures.Print($"boards.club.growth.write.{Large}_vs_10", per[Large] / per["10"]);
        Figures.Note($"{Athletes} against {Middle} active members: a change of the ledger, its mark, its entries in Redis");
    }

    /// <summary>The bare commands, as many and as far apart: what is left is what the processor's cache misses.</summary>
    private static async Task RawAsync(NpgsqlDataSource database, IDatabase redis)
    {
        var (large, middle) = (new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var (club, of, took) in new[] { (2, "club = 2", middle), (1, "club = 1", large) })
            {
                var board = await redis.ScriptEvaluateAsync(
                    "return redis.call('SCAN', 0, 'MATCH', ARGV[1], 'COUNT', 100000)[2][1]",
                    [],
                    [$"leaderboard:club:{{{club}:*:distance"]);
                var key = ((string)board!)[..^"distance".Length];
                var athletes = await ChooseAsync(database, of);
                var watch = Stopwatch.StartNew();
                await Task.WhenAll(
                    from athlete in athletes
                    from sort in Sorts
                    select redis.SortedSetAddAsync(key + sort, BoardMember.Encode(athlete), Random.Shared.Next(1, 2_000_000)));
                if (round > 0)
                {
                    took.Add(1_000 * watch.Elapsed.TotalMilliseconds / Changed);
                }
            }
        }

        Figures.Note($"raw: {Figures.Format(Figures.Median(large))} us for the six sets of a member of {Athletes}, {Figures.Format(Figures.Median(middle))} us of {Middle}");
        Figures.Print("boards.club.growth.write.raw", Figures.Median(large.Zip(middle, (one, other) => one / other)));
    }

    private static async Task ReadAsync(NpgsqlDataSource database, HttpClient gateway, string token)
    {
        await using var command = database.CreateCommand("SELECT id FROM club WHERE number = 1");
        var club = (Guid)(await command.ExecuteScalarAsync())!;
        var (took, floor) = (new List<double>(Reads), new List<double>(Reads));
        for (var i = 0; i < Reads + 200; i++)
        {
            var (sort, top) = (Sorts[i % Sorts.Length], i % 2 == 0 ? 10 : 100);
            using var request = new HttpRequestMessage(
                HttpMethod.Get, new Uri($"/clubs/{club}/leaderboard?sort={sort}&top={top}", UriKind.Relative))
            {
                Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
            };
            var watch = Stopwatch.StartNew();
            using var answer = await gateway.SendAsync(request);
            var body = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
            if (i >= 200)
            {
                took.Add(watch.Elapsed.TotalMilliseconds);
                floor.Add(await FloorAsync(gateway));
            }

            if (body.GetProperty("total").GetInt64() != Athletes || body.GetProperty("entries").GetArrayLength() != top
                || body.GetProperty("viewer").ValueKind == JsonValueKind.Null)
            {
                throw new InvalidOperationException(
                    $"Not the board: {body.GetProperty("total")} {body.GetProperty("viewer")}");
            }
        }

        took.Sort();
        floor.Sort();
        Figures.Print("boards.club.read_p50_ms", Figures.Percentile(took, 0.5), "ms");
        Figures.Print("boards.club.read_p99_ms", Figures.Percentile(took, 0.99), "ms");
        Figures.Print("boards.club.read.floor_p99_ms", Figures.Percentile(floor, 0.99), "ms");
        Figures.Note("the floor: the gateway's own first page, turn about in the same run");
        Figures.Note($"{Athletes} active members, each column in turn, top 10 and 100 with the viewer, one reader");
    }

    private static async Task<long[]> ChooseAsync(NpgsqlDataSource database, string of)
    {
        await using var command = database.CreateCommand(
            $"""
            SELECT array_agg(athlete) FROM (
                SELECT athlete FROM club_member WHERE {of} AND joined ORDER BY random() LIMIT {Changed}) chosen
            """);
        return (long[])(await command.ExecuteScalarAsync())!;
    }

    private static async Task StillAsync(NpgsqlDataSource database)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Patience; await Task.Delay(2))
        {
            await using var command = database.CreateCommand("SELECT NOT EXISTS (SELECT FROM club_dirty)");
            if ((bool)(await command.ExecuteScalarAsync())!)
            {
                return;
            }
        }

        throw new TimeoutException("Marks are left.");
    }

    private static async Task<double> FloorAsync(HttpClient gateway)
    {
        var watch = Stopwatch.StartNew();
        using var answer = await gateway.GetAsync(new Uri("/", UriKind.Relative));
        await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        return watch.Elapsed.TotalMilliseconds;
    }

    private static async Task<(string Token, Guid Athlete)> SignInAsync(HttpClient gateway)
    {
        using var answer = await gateway.PostAsJsonAsync("/dev/token", new { athlete = "club", country = "SI" });
        var body = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
        return (body.GetProperty("accessToken").GetString()!, body.GetProperty("athleteId").GetGuid());
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource database, string sql, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 600;
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync();
    }
}
