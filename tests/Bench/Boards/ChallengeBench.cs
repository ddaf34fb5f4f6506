using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Strava.Core.Applying;
using Strava.Core.Postgres;
using Strava.Leaderboards.Challenges;
using Strava.Leaderboards.Launch;
using Strava.Leaderboards.Ledgers;
using Strava.Testing;

namespace Strava.Bench.Boards;

/// <summary>
/// Challenge boards of one and of ten million athletes on one server: ranks beside count(*) over the same index in the
/// same run, pages, and what an update costs.
/// </summary>
internal static class ChallengeBench
{
    private const int Calls = 1_000;
    private const int WarmUp = 100;
    private const int Counts = 5;
    private const int PageCalls = 300;
    private const string Country = "SI";

    // Five countries share the board; a millimetre apart over 500 km, so that there are some ties and no crowds.
    private const string Fill =
        """
        INSERT INTO challenge_entry (athlete, standing, reached_at, challenge, activities, country)
        SELECT i, -(1 + (hashint8(i) & 2147483647) % 500000000)::bigint, timestamptz '2026-11-01' + (i % 86400) * interval '1 second',
            {0}, 3, (ARRAY['SI', 'US', 'IT', 'DE', 'FR'])[1 + i % 5] FROM generate_series(1, {1}) i
        """;

    // Indexes are built once, after the rows: minutes less.
    private const string DropIndexes =
        "ALTER TABLE challenge_entry DROP CONSTRAINT challenge_entry_pkey; DROP INDEX challenge_entry_board, challenge_entry_country";

    private const string MakeIndexes =
        """
        SET maintenance_work_mem = '512MB';
        ALTER TABLE challenge_entry ADD PRIMARY KEY (challenge, athlete);
        CREATE INDEX challenge_entry_board ON challenge_entry (challenge, standing, reached_at, athlete);
        CREATE INDEX challenge_entry_country ON challenge_entry (challenge, country, standing, reached_at, athlete) WHERE country <> '';
        RESET maintenance_work_mem
        """;

    public static async Task RunAsync()
    {
        await using var database = PostgresExtensions.CreateDataSource(
            await (await TestServers.PostgresAsync()).CreateDatabaseAsync("bench_challenges"));
        await Migrator.RunAsync(database, [typeof(Migrator).Assembly, typeof(Ledger).Assembly]);
        var watch = Stopwatch.StartNew();
        await ExecuteAsync(database, DropIndexes);
        var million = await FillAsync(database, 1_000_000);
        var tenMillion = await FillAsync(database, 10_000_000);
        Figures.Note($"11,000,000 entries after {watch.Elapsed.TotalSeconds:0} s");
        await ExecuteAsync(database, MakeIndexes);
        await ExecuteAsync(database, "VACUUM ANALYZE challenge_entry");
        Figures.Note($"their indexes after {watch.Elapsed.TotalSeconds:0} s");
        foreach (var challenge in new[] { million, tenMillion })
        {
            foreach (var country in new[] { "", "SI", "US", "IT", "DE", "FR" })
            {
                await CountersAsync(database, challenge, country);
            }
        }

        await ExecuteAsync(database, "ANALYZE challenge_interval, challenge_group");
        Figures.Note($"their counters after {watch.Elapsed.TotalSeconds:0} s");

        await RanksAsync(database, [("1m", million), ("10m", tenMillion)]);
        Figures.Print("boards.challenge.page_p99_ms.country", await PagesAsync(database, million, Country), "ms");
        Figures.Print("boards.challenge.page_p99_ms.all", await PagesAsync(database, million, ""), "ms");
        await UpdatesAsync(database, million, "1m");
        await UpdatesAsync(database, tenMillion, "10m");
        await FinalAsync(database, million);
    }

    private static async Task<int> FillAsync(NpgsqlDataSource database, int entries)
    {
        var challenge = await NewAsync(database);
        await ExecuteAsync(database, Fill
            .Replace("{0}", $"{challenge}", StringComparison.Ordinal).Replace("{1}", $"{entries}", StringComparison.Ordinal));
        return challenge;
    }

    private static async Task<int> NewAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            """
            WITH maker AS (INSERT INTO athlete_number (athlete_id) VALUES (gen_random_uuid()) RETURNING number)
            INSERT INTO challenge (id, creator, name, sports, metric, starts_on, ends_on, closes_at)
            SELECT gen_random_uuid(), number, 'bench', '{1, 2}', 1, '2026-11-01', '2026-11-30', '2026-12-04T12:00Z' FROM maker
            RETURNING number
            """);
        return (int)(await command.ExecuteScalarAsync())!;
    }

    private static async Task CountersAsync(NpgsqlDataSource database, int challenge, string country)
    {
        await using var connection = await database.OpenConnectionAsync();
        var counts = new List<(long, long)>();
        var board = country.Length == 0 ? "" : $"AND country = '{country}' AND country <> ''";
        await using (var command = new NpgsqlCommand(
            $"SELECT standing, count(*) FROM challenge_entry WHERE challenge = {challenge} {board} GROUP BY standing ORDER BY standing",
            connection)
        { CommandTimeout = 300 })
        await using (var rows = await command.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync())
            {
                counts.Add((rows.GetInt64(0), rows.GetInt64(1)));
            }
        }

        var intervals = IntervalCut.Cut(long.MinValue, null, counts);
        var groups = intervals.Chunk(IntervalCut.IntervalsOfGroup)
            .Select(group => new Interval(group[0].Low, group.Sum(interval => interval.Entries)));
        foreach (var (table, rows) in new[] { ("challenge_interval", intervals), ("challenge_group", groups) })
        {
            await using var copy = await connection.BeginBinaryImportAsync(
                $"COPY {table} (challenge, country, low, entries) FROM STDIN (FORMAT BINARY)");
            foreach (var (low, entries) in rows)
            {
                await copy.WriteRowAsync(default, challenge, country, low, entries);
            }

            await copy.CompleteAsync();
        }
    }

    /// <summary>
    /// The worst ranks: of the last of the board and of those before them. Both boards take turns, so that whatever
    /// else the machine does meets both; counting comes after them.
    /// </summary>
    private static async Task RanksAsync(NpgsqlDataSource database, (string Name, int Challenge)[] boards)
    {
        var board = new OpenBoard(database);
        var times = new List<double>[boards.Length];
        for (var at = 0; at < boards.Length; at++)
        {
            times[at] = new List<double>(Calls);
        }

        var worst = await Task.WhenAll(boards.Select(one => WorstAsync(database, one.Challenge)));
        for (var i = -WarmUp; i < Calls; i++)
        {
            for (var at = 0; at < boards.Length; at++)
            {
                var watch = Stopwatch.GetTimestamp();
                await board.RankAsync(boards[at].Challenge, "", worst[at] - Math.Abs(i % 50), default);
                if (i >= 0)
                {
                    times[at].Add(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
                }
            }
        }

        for (var at = 0; at < boards.Length; at++)
        {
            var (name, challenge) = boards[at];
            times[at].Sort();
            var counted = (await TimeAsync(
                Counts,
                _ => ScalarAsync(database, $"SELECT count(*) FROM challenge_entry WHERE challenge = {challenge} AND standing < {worst[at]}"),
                warmUp: 1)).Median;
            var median = Figures.Percentile(times[at], 0.5);
            Figures.Print($"boards.challenge.rank_p99_ms.{name}", Figures.Percentile(times[at], 0.99), "ms");
            Figures.Note($"p50 {Figures.Format(median)} ms; count(*) over the index p50 {Figures.Format(counted)} ms");
            Figures.Print(at == 0 ? "boards.challenge.rank.vs_count" : $"boards.challenge.rank.vs_count.{name}", counted / median);
        }

        Figures.Print("boards.challenge.growth", Figures.Percentile(times[1], 0.5) / Figures.Percentile(times[0], 0.5));
    }

    private static Task<long> WorstAsync(NpgsqlDataSource database, int challenge) =>
        ScalarAsync(database, $"SELECT max(standing) FROM challenge_entry WHERE challenge = {challenge}");

    /// <summary>First pages as different athletes of the country ask for them, with their own line.</summary>
    private static async Task<double> PagesAsync(NpgsqlDataSource database, int challenge, string country)
    {
        var board = new OpenBoard(database);
        return (await TimeAsync(PageCalls, i => board.ReadAsync(challenge, country, 100, null, 1 + (i * 5 * 331), default))).P99;
    }

    /// <summary>Batches of the applier: athletes with an activity more each, all of them in the ledger.</summary>
    private static async Task UpdatesAsync(NpgsqlDataSource database, int challenge, string name)
    {
        const int Athletes = 5_000;
        await ExecuteAsync(
            database,
            $"""
            INSERT INTO athlete_number (athlete_id) SELECT gen_random_uuid() FROM generate_series((SELECT max(number) + 1 FROM athlete_number), {Athletes});
            INSERT INTO challenge_participant (athlete, challenge, joined_at, country)
            SELECT number, {challenge}, now(), 'SI' FROM athlete_number WHERE number <= {Athletes};
            INSERT INTO ledger (activity_id, athlete, version, deleted, sport, visibility, started_at, local_date, distance_mm, active_ms, moving_ms, elevation_gain_cm)
            SELECT gen_random_uuid(), number, 1, false, 1, 1, '2026-11-20', '2026-11-20', 1 + (hashint8(number) & 2147483647) % 500000000, 1, 1, 1
            FROM athlete_number WHERE number <= {Athletes} AND NOT EXISTS (SELECT FROM ledger);
            INSERT INTO challenge_dirty (challenge, athlete) SELECT {challenge}, number FROM athlete_number WHERE number <= {Athletes}
            """);
        var term = await FenceTerm.ClaimAsync(database, ChallengeApplier.Duty, ChallengeApplier.All, default);
        await using var services = new ServiceCollection().AddLogging()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddLaunchSwitches().BuildServiceProvider();
        var launch = new ChallengeLaunch(database, services.GetRequiredService<LaunchSwitches>());
        var batches = new ChallengeBatches(database, launch);
        var watch = Stopwatch.StartNew();
        var applied = 0;
        while (await batches.ApplyAsync(term, default) is > 0 and var count)
        {
            applied += count;
        }

        Figures.Print($"boards.challenge.updates_per_s.{name}", applied / watch.Elapsed.TotalSeconds);
    }

    /// <summary>What a board costs on disk while it is open and when it is final.</summary>
    private static async Task FinalAsync(NpgsqlDataSource database, int challenge)
    {
        var open = await ScalarAsync(database, "SELECT pg_total_relation_size('challenge_entry') + pg_total_relation_size('challenge_interval')");
        Figures.Print("boards.challenge.bytes_per_entry.open", open / 11_000_000.0, "B");
        await ExecuteAsync(database, $"UPDATE challenge SET state = 2 WHERE number = {challenge}");
        var watch = Stopwatch.StartNew();
        await new FinalPacking(database, TimeProvider.System).PackAsync(challenge, 1, null, default);
        Figures.Print("boards.challenge.final_s.1m", watch.Elapsed.TotalSeconds, "s");
        var final = await ScalarAsync(
            database, "SELECT pg_total_relation_size('challenge_final_page') + pg_total_relation_size('challenge_final_athlete')");
        Figures.Print("boards.challenge.bytes_per_entry.final", final / 1_000_000.0, "B");
        var board = new FinalBoard(database);
        var (p99, _) = await TimeAsync(PageCalls, i => board.ReadAsync((challenge, 1), Country, 100, null, 1 + (i * 5 * 331), default));
        Figures.Print("boards.challenge.final_page_p99_ms.country", p99, "ms");
    }

    private static async Task<(double P99, double Median)> TimeAsync<T>(int calls, Func<int, Task<T>> act, int warmUp = 20)
    {
        var times = new List<double>(calls);
        for (var i = -warmUp; i < calls; i++)
        {
            var watch = Stopwatch.GetTimestamp();
            await act(Math.Abs(i));
            if (i >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
            }
        }

        times.Sort();
        return (Figures.Percentile(times, 0.99), Figures.Percentile(times, 0.5));
    }

    private static async Task<long> ScalarAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 300;
        return Convert.ToInt64(await command.ExecuteScalarAsync(), null);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 900;
        await command.ExecuteNonQueryAsync();
    }
}
