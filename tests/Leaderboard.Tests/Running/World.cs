using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using StackExchange.Redis;
using Strava.Contracts.Messages;
using Strava.Core.Applying;
using Strava.Core.Postgres;
using Strava.Core.Rebuild;
using Strava.Leaderboards.Applying;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Ledgers;
using Strava.Leaderboards.Stores;
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>The service's parts on a fresh Postgres database and a Redis database of their own.</summary>
internal sealed class World : IAsyncDisposable
{
    // KEYS and FLUSHDB are not for the service's user, which the tests' eyes are too.
    private const string Scan =
        """
        local found, cursor = {}, '0'
        repeat
            local step = redis.call('SCAN', cursor, 'MATCH', ARGV[1], 'COUNT', 1000)
            for _, key in ipairs(step[2]) do
                found[#found + 1] = key
                if ARGV[2] == 'unlink' then redis.call('UNLINK', key) end
            end
            cursor = step[1]
        until cursor == '0'
        return found
        """;

    /// <summary>A world's own while it lasts: as many as redis.conf has.</summary>
    private static readonly ConcurrentQueue<int> FreeRedisDatabases = new(Enumerable.Range(0, 16));

    /// <summary>Migrated once; the others are copies.</summary>
    private static readonly Lazy<Task<string>> Template = new(MigrateAsync);

    private readonly ConnectionMultiplexer _eyes;
    private readonly int _redisDatabase;

    private World(string postgres, string redis, int redisDatabase, ConnectionMultiplexer eyes)
    {
        // No test of ours takes Postgres its power: a commit need not wait for the disk.
        PostgresConnection = $"{postgres};Options=-c synchronous_commit=off";
        RedisConnection = $"{redis},defaultDatabase={redisDatabase}";
        (_redisDatabase, _eyes) = (redisDatabase, eyes);
        Database = PostgresExtensions.CreateDataSource(PostgresConnection);
        Redis = new RedisBoards(RedisConnection, TimeProvider.System);
        Ledger = new Ledger(new RebuildableTables(Database));
        Profiles = new Profiles(Database, TimeProvider.System);
        Marks = new BoardMarks(Database);
        Batches = new BoardBatches(Database, Redis, TimeProvider.System);
        Rolling = new RollingWindows(Database);
    }

    public string PostgresConnection { get; }

    public string RedisConnection { get; }

    public NpgsqlDataSource Database { get; }

    public RedisBoards Redis { get; }

    public Ledger Ledger { get; }

    public Profiles Profiles { get; }

    public BoardMarks Marks { get; }

    public BoardBatches Batches { get; }

    public RollingWindows Rolling { get; }

    public IDatabase Eyes => _eyes.GetDatabase(_redisDatabase);

    public static async Task<World> CreateAsync()
    {
        var postgres = await (await TestServers.PostgresAsync()).CreateDatabaseAsync(
            "strava_leaderboard", template: await Template.Value);
        var redis = (await TestServers.RedisAsync()).ConnectionString;
        var eyes = await ConnectionMultiplexer.ConnectAsync($"{redis},abortConnect=false,allowAdmin=true,name=eyes");
        var world = new World(
            postgres,
            redis,
            FreeRedisDatabases.TryDequeue(out var free) ? free : throw new InvalidOperationException("16 worlds are open."),
            eyes);
        await world.WipeAsync();
        await world.BeginAsync();
        await world.Redis.ProbeAsync(default);
        return world;
    }

    public Task<FenceTerm> ClaimAsync() => FenceTerm.ClaimAsync(Database, BoardApplier.Duty, [.. AthletePartition.All], default);

    public BoardApplier NewApplier() => new(
        Database, Batches, Marks, Rolling,
        NewRecovery(),
        NewReconciler(), Redis, TimeProvider.System, NullLogger<BoardApplier>.Instance);

    public BoardRecovery NewRecovery() => new(
        Database, Redis, Marks, new BoardRefill(Database, Redis, TimeProvider.System), TimeProvider.System,
        NullLogger<BoardRecovery>.Instance);

    public BoardReconciler NewReconciler() => new(
        Database, Batches, Redis, TimeProvider.System,
        Options.Create(new ReconcilerOptions()), NullLogger<BoardReconciler>.Instance);

    public Task HandleAsync(object message) => message switch
    {
        ActivitySummary activity => Ledger.RecordAsync(activity, default),
        ActivityDeleted deleted => Ledger.DeleteAsync(deleted, default),
        AthleteProfileChanged profile => Profiles.RecordAsync(profile, default),
        _ => throw new ArgumentException(message.GetType().Name),
    };

    /// <summary>What a running applier does, until nothing is left.</summary>
    public async Task ApplyAllAsync()
    {
        var term = await ClaimAsync();
        while (await Batches.ApplyAsync(term, default) > 0)
        {
        }
    }

    public async Task<long> CountAsync(string table)
    {
        await using var command = Database.CreateCommand($"SELECT count(*) FROM {table}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task ForgetAllAsync()
    {
        await using var command = Database.CreateCommand(
            """
            DELETE FROM ledger; DELETE FROM board_dirty; DELETE FROM board_applied;
            DELETE FROM athlete_place; DELETE FROM athlete_profile; DELETE FROM athlete_number
            """);
        await command.ExecuteNonQueryAsync();
        await WipeAsync();
    }

    /// <summary>As if the windows had last rolled then.</summary>
    public async Task SetRolledAsync(DateTimeOffset at)
    {
        await using var command = Database.CreateCommand("UPDATE board_rolling SET at = $1");
        command.Parameters.Add(new() { Value = at.UtcDateTime });
        await command.ExecuteNonQueryAsync();
    }

    public async Task<DateTimeOffset> RolledAsync()
    {
        await using var command = Database.CreateCommand("SELECT at FROM board_rolling");
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync())!);
    }

    /// <summary>All keys of the service, of this Redis database.</summary>
    public async Task<string[]> KeysAsync(string pattern = "leaderboard:{*}") =>
        (string[])(await ScanAsync(pattern, "keep"))!;

    /// <summary>As if Redis had come back empty.</summary>
    public Task WipeAsync() => ScanAsync("leaderboard:*", "unlink");

    public Task DropAsync(string key) => Eyes.ExecuteAsync("UNLINK", key);

    /// <returns><c>null</c>: for ever.</returns>
    public async Task<TimeSpan?> TimeToLiveAsync(string key)
    {
        var milliseconds = long.Parse(await AsAdminAsync("PTTL", key), CultureInfo.InvariantCulture);
        Assert.That(milliseconds, Is.Not.EqualTo(-2), $"{key} is there");
        return milliseconds < 0 ? null : TimeSpan.FromMilliseconds(milliseconds);
    }

    /// <summary>What the service's user may not do, on this Redis database.</summary>
    public async Task<string> AsAdminAsync(params string[] command) => await (await TestServers.RedisAsync()).ToolAsync(
        ["-n", _redisDatabase.ToString(CultureInfo.InvariantCulture), .. command]);

    /// <summary>The whole service on this world and a virtual host of the broker.</summary>
    public async Task<ServiceHost<Program>> HostAsync() => new(
        PostgresConnection,
        await (await TestServers.RabbitMqAsync()).CreateVirtualHostAsync("boards"),
        new Dictionary<string, string>
        {
            ["ConnectionStrings:Redis"] = RedisConnection,
            ["Logging:LogLevel:Default"] = "Error",
        });

    /// <summary>Every entry of every board as (key, athlete, score), read without the service's code.</summary>
    public async Task<HashSet<(string Board, Guid Athlete, long Score)>> BoardsAsync()
    {
        var athletes = await NumbersAsync();
        var entries = new HashSet<(string, Guid, long)>();
        foreach (var key in await KeysAsync())
        {
            foreach (var entry in await Eyes.SortedSetRangeByRankWithScoresAsync(key, order: Order.Descending))
            {
                var number = BitConverter.ToInt64([.. ((byte[])entry.Element!).Reverse()]);
                entries.Add((key, athletes[number], checked((long)entry.Score)));
            }
        }

        return entries;
    }

    public async ValueTask DisposeAsync()
    {
        Redis.Dispose();
        _eyes.Dispose();
        await Database.DisposeAsync();
        FreeRedisDatabases.Enqueue(_redisDatabase);
    }

    /// <summary>As if the copy had been migrated just now.</summary>
    private async Task BeginAsync()
    {
        await using var command = Database.CreateCommand(
            """
            UPDATE board_rolling SET at = now();
            UPDATE board_store SET applied_since = now();
            UPDATE club_store SET applied_since = now()
            """);
        await command.ExecuteNonQueryAsync();
    }

    /// <returns>The database's name.</returns>
    private static async Task<string> MigrateAsync()
    {
        var connection = await (await TestServers.PostgresAsync()).CreateDatabaseAsync("strava_leaderboard");

        // Nobody may be connected to what is copied.
        var alone = new NpgsqlConnectionStringBuilder(connection) { Pooling = false };
        await using var database = PostgresExtensions.CreateDataSource(alone.ConnectionString);
        await Migrator.RunAsync(database, [typeof(Migrator).Assembly, typeof(Ledger).Assembly]);
        return alone.Database!;
    }

    // By its text: a Redis may just have forgotten its scripts, and the client does not know.
    private Task<RedisResult> ScanAsync(string pattern, string then) =>
        Eyes.ExecuteAsync("EVAL", Scan, 0, pattern, then);

    public async Task<Dictionary<long, Guid>> NumbersAsync()
    {
        var athletes = new Dictionary<long, Guid>();
        await using var command = Database.CreateCommand("SELECT number, athlete_id FROM athlete_number");
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            athletes[rows.GetInt64(0)] = rows.GetGuid(1);
        }

        return athletes;
    }
}
