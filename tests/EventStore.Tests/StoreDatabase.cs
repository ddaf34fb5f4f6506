using System.Text.Json.Serialization;
using Npgsql;
using Strava.Core.Leases;
using Strava.Core.Postgres;
using Strava.Testing;

namespace Strava.EventStore.Tests;

internal sealed record CounterStarted(string Name);

internal sealed record CounterRaised(int By);

[JsonSerializable(typeof(CounterStarted))]
[JsonSerializable(typeof(CounterRaised))]
internal sealed partial class CounterJson : JsonSerializerContext;

/// <summary>A fresh, migrated database with streams of counters.</summary>
internal sealed class StoreDatabase : IAsyncDisposable
{
    public static readonly EventTypes Types = new("counter", CounterJson.Default, [typeof(CounterStarted), typeof(CounterRaised)]);

    private StoreDatabase(string connectionString) => Source = PostgresExtensions.CreateDataSource(connectionString);

    public NpgsqlDataSource Source { get; }

    public EventReader Reader => new(Source, Types);

    public static async Task<StoreDatabase> CreateAsync()
    {
        var connectionString = await (await TestServers.PostgresAsync()).CreateDatabaseAsync("store");
        var database = new StoreDatabase(connectionString);
        await Migrator.RunAsync(database.Source, [typeof(Migrator).Assembly, typeof(EventSession).Assembly]);
        return database;
    }

    public async Task<EventSession> OpenAsync() => new(await Source.OpenConnectionAsync(), Types, TimeProvider.System);

    public async Task StartAsync(Guid id, params object[] events)
    {
        await using var session = await OpenAsync();
        session.StartStream(id, events);
        await session.SaveChangesAsync(CancellationToken.None);
    }

    /// <summary>Appends as the services do: the stream's row is locked first.</summary>
    public async Task AppendAsync(Guid id, params object[] events)
    {
        await using var session = await OpenAsync();
        session.Append(id, await LockAsync(session, id), events);
        await session.SaveChangesAsync(CancellationToken.None);
    }

    public static async Task<long> LockAsync(EventSession session, Guid id)
    {
        NpgsqlBatchCommand query = new("SELECT version FROM mt_streams WHERE id = $1 FOR UPDATE") { Parameters = { new() { Value = id } } };
        await using var rows = await session.LockAsync([query], CancellationToken.None);
        await rows.ReadAsync();
        return rows.GetInt64(0);
    }

    public async Task<LeaseTerm> TermAsync(string name = "test") =>
        (await new Lease(Source, name, TimeSpan.FromMinutes(1)).TryAcquireAsync(CancellationToken.None))!;

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Changes events, as only the tables' owner may who says so.</summary>
    public Task MaintainAsync(string sql) => ExecuteAsync($"BEGIN; SET LOCAL strava.maintenance = 'on'; {sql}; COMMIT");

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
