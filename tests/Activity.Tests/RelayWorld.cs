using System.Text.Json.Nodes;
using Npgsql;
using RabbitMQ.Client;
using Strava.Activities.Activities;
using Strava.Contracts;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;
using Strava.Core.Bus;
using Strava.Core.Postgres;
using Strava.EventStore;
using Strava.Testing;

namespace Strava.Activities.Tests;

/// <summary>A database and a broker for several nodes of the service, each a process of its own.</summary>
internal sealed class RelayWorld : IAsyncDisposable
{
    private const long StartMs = 1_772_352_000_000;
    private readonly string _connection;
    private readonly Uri _broker;
    private readonly NpgsqlDataSource _database;
    private readonly IConnection _reading;
    private readonly IChannel _channel;
    private readonly List<ServiceProcess> _nodes = [];

    private RelayWorld(string connection, Uri broker, IConnection reading, IChannel channel)
    {
        (_connection, _broker, _reading, _channel) = (connection, broker, reading, channel);
        _database = PostgresExtensions.CreateDataSource(connection);
    }

    private Dictionary<string, string> Settings => new()
    {
        ["ConnectionStrings__Postgres"] = _connection,
        ["ConnectionStrings__RabbitMq"] = _broker.ToString(),
        ["Authentication__Authority"] = "http://localhost:1",
        ["Authentication__Audience"] = "strava",
    };

    /// <summary>How often each activity has been told to a subscriber so far.</summary>
    public Dictionary<Guid, int> Told { get; } = [];

    public static async Task<RelayWorld> OpenAsync()
    {
        var connection = await (await TestServers.PostgresAsync()).CreateDatabaseAsync("strava_relay");
        await using (var source = PostgresExtensions.CreateDataSource(connection))
        {
            await Migrator.RunAsync(source, [typeof(Migrator).Assembly, typeof(EventSession).Assembly, typeof(Program).Assembly]);
        }

        var broker = await (await TestServers.RabbitMqAsync()).CreateVirtualHostAsync("relay");
        await BusTopology.DeclareAsync(broker, CancellationToken.None);
        var reading = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        return new RelayWorld(connection, broker, reading, await reading.CreateChannelAsync());
    }

    public async Task<ServiceProcess> StartNodeAsync()
    {
        var node = await ServiceProcess.StartAsync("Strava.Activities", Settings);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Runs --subscriptions as an operator does.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> CommandAsync(params string[] arguments)
    {
        await using var command = await ServiceProcess.LaunchAsync("Strava.Activities", Settings, ["--subscriptions", .. arguments]);
        return await command.EndAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Saved activities, committed by nobody's node: only polling and the checkpoint find them.</summary>
    public async Task RecordAsync(int activities)
    {
        var log = StateLog.Read([new(Transition.Started, StartMs), new(Transition.Complete, StartMs + 60_000)]).Log!;
        var points = Enumerable.Range(0, 3).Select(i => new TrackPoint(StartMs + (i * 20_000L), 46_000_000 + (i * 500), 14_500_000));
        var recording = new WholeRecording(
            Guid.CreateVersion7(), Sport.Run, "a run", Visibility.OnlyMe, null, log, [new TrackChunk(0, [.. points])]);
        await Parallel.ForAsync(0, activities, async (_, cancellationToken) =>
        {
            await using var session = new EventSession(
                await _database.OpenConnectionAsync(cancellationToken), ActivityEventTypes.All, TimeProvider.System);
            RecordingStore.Stage(session, Guid.CreateVersion7(), recording, null, DateTimeOffset.UnixEpoch);
            await session.SaveChangesAsync(cancellationToken);
        });
    }

    /// <summary>The relay has begun to tell.</summary>
    public Task BeginsAsync() => Eventually.HoldsAsync(
        async () => await _channel.MessageCountAsync(Subscriptions.Feed) > 0, TimeSpan.FromSeconds(30), "it tells");

    /// <summary>Takes what lies in the subscriber's queue.</summary>
    /// <returns>How many activities it has been told of until now.</returns>
    public async Task<int> ReceiveAsync()
    {
        while (await _channel.BasicGetAsync(Subscriptions.Feed, autoAck: true) is { } got)
        {
            var id = JsonNode.Parse(got.Body.Span)!["message"]!["activity"]!["activityId"]!.GetValue<Guid>();
            Told[id] = Told.GetValueOrDefault(id) + 1;
        }

        return Told.Count;
    }

    public async Task<(long Checkpoint, DateTime MovedAt, long Highest, long Epoch)> ProgressAsync()
    {
        await using var command = _database.CreateCommand(
            """
            SELECT p.last_seq_id, p.last_updated, (SELECT max(seq_id) FROM mt_events), l.epoch
            FROM mt_event_progression p, lease l WHERE p.name = 'relay:All' AND l.name = 'relay'
            """);
        await using var rows = await command.ExecuteReaderAsync();
        await rows.ReadAsync();
        return (rows.GetInt64(0), rows.GetDateTime(1), rows.GetInt64(2), rows.GetInt64(3));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await _channel.DisposeAsync();
        await _reading.DisposeAsync();
        await _database.DisposeAsync();
    }
}
