using System.Globalization;
using Npgsql;
using StackExchange.Redis;
using Strava.Core.Applying;
using Strava.Core.Postgres;
using Strava.Core.Rebuild;
using Strava.Leaderboards.Applying;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Ledgers;
using Strava.Leaderboards.Stores;
using Strava.Testing;

namespace Strava.Bench.Boards;

/// <summary>A ledger of so many athletes and its boards, with the service's parts in this process.</summary>
internal sealed class BoardWorld : IAsyncDisposable
{
    private readonly int _redisDatabase;
    private readonly string _redisConnection;

    private BoardWorld(string postgres, string redis, int redisDatabase)
    {
        _redisDatabase = redisDatabase;
        _redisConnection = $"{redis},defaultDatabase={redisDatabase}";
        Database = PostgresExtensions.CreateDataSource(postgres);
        Redis = new RedisBoards(_redisConnection, TimeProvider.System);
        Ledger = new Ledger(new RebuildableTables(Database));
        Batches = new BoardBatches(Database, Redis, TimeProvider.System);
    }

    public int Athletes { get; private set; }

    public NpgsqlDataSource Database { get; }

    public RedisBoards Redis { get; }

    public Ledger Ledger { get; }

    public BoardBatches Batches { get; }

    public static async Task<BoardWorld> CreateAsync(int redisDatabase)
    {
        var postgres = await (await TestServers.PostgresAsync()).CreateDatabaseAsync("bench_boards");
        var world = new BoardWorld(postgres, (await TestServers.RedisAsync()).ConnectionString, redisDatabase);
        await Migrator.RunAsync(world.Database, [typeof(Migrator).Assembly, typeof(Ledger).Assembly]);
        await world.Redis.ProbeAsync(default);
        return world;
    }

    /// <summary>
    /// So many athletes of one country with three runs each, of so long ago that they count for all time alone: two
    /// boards, each of all of them.
    /// </summary>
    public async Task FillAsync(int athletes, string country = "US")
    {
        await ExecuteAsync(
            $"""
            INSERT INTO athlete_number (athlete_id) SELECT gen_random_uuid() FROM generate_series(1, {athletes});
            INSERT INTO athlete_profile (athlete, version, name, country)
                SELECT number, 1, 'Athlete ' || number, '{country}' FROM athlete_number
                WHERE number > (SELECT coalesce(max(athlete), 0) FROM athlete_profile);
            INSERT INTO athlete_place (athlete, version, since, country)
                SELECT athlete, 1, now() - interval '5 years', country FROM athlete_profile
                WHERE athlete > (SELECT coalesce(max(athlete), 0) FROM athlete_place);
            """);
        await FillLedgerAsync(country, runs: 3, "timestamptz '2019-01-01' + random() * interval '2 years'");
        await ExecuteAsync("VACUUM ANALYZE");
        Athletes += athletes;
    }

    /// <summary>Runs of all athletes of a country, at times that an expression gives.</summary>
    public Task FillLedgerAsync(string country, int runs, string startedAt) => ExecuteAsync(
        $"""
        INSERT INTO ledger (activity_id, athlete, version, deleted, sport, visibility, started_at, local_date, distance_mm,
            active_ms, moving_ms, elevation_gain_cm)
        SELECT gen_random_uuid(), athlete, 1, false, 1, 1, at, (at AT TIME ZONE 'UTC')::date,
            1000000 + (random() * 40000000)::bigint, 3600000, 3500000, 12300
        FROM (SELECT athlete, {startedAt} AS at FROM athlete_profile, generate_series(1, {runs}) WHERE country = '{country}') run
        """);

    /// <summary>All boards, out of nothing.</summary>
    /// <returns>Entries and seconds.</returns>
    public async Task<(long Entries, double Seconds)> RefillAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        var entries = await new BoardRefill(Database, Redis, TimeProvider.System).FillAsync(await ClaimAsync(), default);
        return (entries, TimeProvider.System.GetElapsedTime(began).TotalSeconds);
    }

    public Task<FenceTerm> ClaimAsync() =>
        FenceTerm.ClaimAsync(Database, BoardApplier.Duty, [.. AthletePartition.All], default);

    public async Task<Guid[]> SomeAthletesAsync(int count)
    {
        await using var command = Database.CreateCommand("SELECT athlete_id FROM athlete_number ORDER BY random() LIMIT $1");
        command.Parameters.Add(new() { Value = count });
        command.CommandTimeout = 60;
        var athletes = new List<Guid>();
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            athletes.Add(rows.GetGuid(0));
        }

        return [.. athletes];
    }

    /// <summary>Without anything of ours between.</summary>
    public async Task<T> RawAsync<T>(Func<IDatabase, Task<T>> use)
    {
        using var connection = await ConnectionMultiplexer.ConnectAsync(_redisConnection);
        return await use(connection.GetDatabase());
    }

    /// <summary>redis-cli in this world's Redis database.</summary>
    public async Task<string> RedisCliAsync(params string[] command) => (await (await TestServers.RedisAsync()).ToolAsync(
        ["-n", _redisDatabase.ToString(CultureInfo.InvariantCulture), .. command])).Trim();

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 900;
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Redis.Dispose();
        await Database.DisposeAsync();
    }
}
