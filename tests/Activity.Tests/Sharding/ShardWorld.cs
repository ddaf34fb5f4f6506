using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RabbitMQ.Client;
using Strava.Activities.Sharding;
using Strava.Activities.Sharding.Moving;
using Strava.Contracts.Messages;
using Strava.Core.Bus;
using Strava.Core.Postgres;
using Strava.EventStore;
using Strava.Testing;

namespace Strava.Activities.Tests.Sharding;

/// <summary>A service on several databases of one server, and what lies and leaves where.</summary>
internal sealed class ShardWorld : IAsyncDisposable
{
    private static readonly string[] AllNames = [Shard.Home, "b", "c", "d"];
    private readonly ServiceHost<Program> _host;
    private readonly Uri _broker;
    private readonly Dictionary<string, NpgsqlDataSource> _databases;
    private readonly List<(string Type, Guid ActivityId, long Version)> _told = [];
    private long _friendships;

    private ShardWorld(ServiceHost<Program> host, Uri broker, Dictionary<string, string> connections)
    {
        (_host, _broker) = (host, broker);
        Connections = connections;
        _databases = connections.ToDictionary(one => one.Key, one => PostgresExtensions.CreateDataSource(one.Value));
    }

    public IReadOnlyDictionary<string, string> Connections { get; }

    public IEnumerable<string> Names => Connections.Keys;

    public Shards Shards => _host.Services.GetRequiredService<Shards>();

    public static async Task<ShardWorld> OpenAsync(int databases)
    {
        var server = await TestServers.PostgresAsync();
        var connections = new Dictionary<string, string>();
        var sources = new List<(string Name, NpgsqlDataSource Database)>();
        foreach (var name in AllNames[..databases])
        {
            connections[name] = await server.CreateDatabaseAsync($"strava_shard_{name}");
            sources.Add((name, PostgresExtensions.CreateDataSource(connections[name])));
            await Migrator.RunAsync(
                sources[^1].Database, [typeof(Migrator).Assembly, typeof(EventSession).Assembly, typeof(Program).Assembly]);
        }

        // Twice, as any migration may be.
        await ShardFounding.RunAsync(sources, CancellationToken.None);
        await ShardFounding.RunAsync(sources, CancellationToken.None);
        foreach (var (_, database) in sources)
        {
            await database.DisposeAsync();
        }

        var broker = await (await TestServers.RabbitMqAsync()).CreateVirtualHostAsync("shards");
        await BusTopology.DeclareAsync(broker, CancellationToken.None);
        var host = new ServiceHost<Program>(connections[Shard.Home], broker, Settings(connections, ":"));
        _ = host.Services;
        return new ShardWorld(host, broker, connections);
    }

    /// <summary>An athlete whose activities are in that database now.</summary>
    public (Guid Id, HttpClient Client) AthleteIn(string shard)
    {
        var id = Guid.CreateVersion7();
        while (Shards.Of(id).Name != shard)
        {
            id = Guid.CreateVersion7();
        }

        return (id, ClientOf(id));
    }

    public HttpClient ClientOf(Guid athlete) => _host.ClientOf(athlete);

    /// <summary>Returns when both athletes' databases know.</summary>
    public async Task BefriendAsync(Guid one, Guid other, bool areFriends = true)
    {
        var (a, b) = FriendshipChanged.Order(one, other);
        var version = Interlocked.Increment(ref _friendships);
        await _host.PublishAsync(new FriendshipChanged { AthleteA = a, AthleteB = b, Version = version, AreFriends = areFriends });
        foreach (var athlete in new[] { one, other })
        {
            await Eventually.HoldsAsync(
                async () => await ScalarAsync<long>(
                    Shards.Of(athlete).Name,
                    "SELECT count(*) FROM friendship_copy WHERE athlete_a = $1 AND athlete_b = $2 AND version >= $3",
                    a,
                    b,
                    version) == 1,
                what: "the friendship has come");
        }
    }

    public async Task NameAsync(Guid athlete, string name)
    {
        await TellNameAsync(athlete, name);
        await Eventually.HoldsAsync(() => HasNameAsync(athlete), what: "the profile has come");
    }

    public async Task<bool> HasNameAsync(Guid athlete) => await ScalarAsync<long>(
        Shards.Of(athlete).Name, "SELECT count(*) FROM athlete_copy WHERE athlete_id = $1", athlete) == 1;

    public Task TellNameAsync(Guid athlete, string name) =>
        _host.PublishAsync(new AthleteProfileChanged
        {
            AthleteId = athlete,
            Version = 1,
            Name = name,
            City = null,
            Region = null,
            Country = null,
            TimeZone = null,
        });

    /// <summary>How many rows of each carried table there are, friendships left out: they are in two places.</summary>
    public async Task<Dictionary<string, long>> RowsAsync(string shard)
    {
        var rows = new Dictionary<string, long>();
        foreach (var name in await ScalarAsync<string[]>(shard, "SELECT array_agg(name) FROM shard_tables()"))
        {
            if (name is not ("friendship_copy" or "activity_home") && await ScalarAsync<long>(shard, $"SELECT count(*) FROM {name}") is > 0 and var count)
            {
                rows[name] = count;
            }
        }

        return rows;
    }

    public async Task<T> ScalarAsync<T>(string shard, string sql, params object[] values) =>
        (await _databases[shard].ListAsync(sql, row => row.GetFieldValue<T>(0), CancellationToken.None, values))[0];

    public Task<int> ExecuteAsync(string shard, string sql) => _databases[shard].ExecuteAsync(sql, CancellationToken.None);

    /// <summary>As the command line would; gives what it says.</summary>
    public async Task<(int Code, string Said)> CommandAsync(params string[] args)
    {
        using var output = new StringWriter();
        var code = await ShardCommand.RunAsync(_host.Services, args, TextWriter.Synchronized(output), CancellationToken.None);
        return (code, output.ToString());
    }

    /// <summary>The same as a process, which can be killed.</summary>
    public Task<ServiceProcess> LaunchAsync(params string[] args) => ServiceProcess.LaunchAsync(
        "Strava.Activities",
        new Dictionary<string, string>(Settings(Connections, "__"))
        {
            ["ConnectionStrings__Postgres"] = Connections[Shard.Home],
            ["ConnectionStrings__RabbitMq"] = "amqp://nobody:nothing@localhost:1/",
            ["Authentication__Authority"] = "http://localhost:1",
            ["Authentication__Audience"] = "strava",
        },
        args);

    /// <summary>What Feed was told so far, in order.</summary>
    public async Task<IReadOnlyList<(string Type, Guid ActivityId, long Version)>> ToldAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = _broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        while (await channel.BasicGetAsync(Subscriptions.Feed, autoAck: true) is { } got)
        {
            var envelope = JsonNode.Parse(got.Body.Span)!;
            var body = envelope["message"]!["activity"] ?? envelope["message"]!;
            if (body["activityId"] is { } id)
            {
                var type = envelope["messageType"]![0]!.GetValue<string>().Split(':')[^1];
                _told.Add((type, id.GetValue<Guid>(), body["version"]!.GetValue<long>()));
            }
        }

        return _told;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        foreach (var database in _databases.Values)
        {
            await database.DisposeAsync();
        }
    }

    private static Dictionary<string, string> Settings(IReadOnlyDictionary<string, string> connections, string separator) =>
        connections.Where(one => one.Key != Shard.Home)
            .ToDictionary(one => string.Join(separator, "Shards", "Databases", one.Key), one => one.Value);
}
