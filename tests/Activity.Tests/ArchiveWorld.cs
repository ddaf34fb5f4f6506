using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Strava.Activities.Archive;
using Strava.Activities.Sharding;
using Strava.Core.Postgres;
using Strava.EventStore;
using Strava.Testing;
using static Strava.Activities.Tests.ActivityFixture;

namespace Strava.Activities.Tests;

/// <summary>A service of its own with an archive in a folder, and what lies where.</summary>
internal sealed class ArchiveWorld : IAsyncDisposable
{
    private readonly ServiceHost<Program> _host;
    private readonly NpgsqlDataSource _database;

    private ArchiveWorld(ServiceHost<Program> host, string connection, string folder)
    {
        (_host, Connection, Folder) = (host, connection, folder);
        _database = NpgsqlDataSource.Create(connection);
    }

    public string Connection { get; }

    public string Folder { get; }

    public IServiceProvider Services => _host.Services;

    public ShardArchive Archive => Services.GetRequiredService<Shards>().Home.Archive!;

    /// <summary>What lies under .new is no object: a kill may leave it there.</summary>
    public int Objects => new[] { "warm", "cold" }.Select(tier => Path.Combine(Folder, tier)).Where(Directory.Exists)
        .Sum(tier => Directory.GetFiles(tier, "*", SearchOption.AllDirectories).Length);

    /// <param name="interval">Of the worker; without one it does not run.</param>
    public static async Task<ArchiveWorld> OpenAsync(TimeSpan interval = default)
    {
        var connection = await (await TestServers.PostgresAsync()).CreateDatabaseAsync("strava_archive");
        await using (var source = PostgresExtensions.CreateDataSource(connection))
        {
            await Migrator.RunAsync(source, [typeof(Migrator).Assembly, typeof(EventSession).Assembly, typeof(Program).Assembly]);
        }

        var broker = await (await TestServers.RabbitMqAsync()).CreateVirtualHostAsync("archive");
        var folder = Directory.CreateTempSubdirectory("strava-archive").FullName;
        var host = new ServiceHost<Program>(connection, broker, new Dictionary<string, string>
        {
            ["Archive:Folder"] = folder,
            ["Archive:Interval"] = interval.ToString("c", CultureInfo.InvariantCulture),
            ["Archive:ReadTimeout"] = "00:00:02",
        });
        return new ArchiveWorld(host, connection, folder);
    }

    public HttpClient Athlete() => _host.ClientOf(Guid.CreateVersion7());

    /// <summary>A saved recording of several chunks. The days of the fixture are long ago.</summary>
    public static async Task<string> RecordedAsync(HttpClient athlete, int seconds = 120)
    {
        var id = await StartedAsync(athlete);
        for (var chunk = 0; chunk < 3; chunk++)
        {
            var from = chunk * seconds / 3;
            await JsonAsync(SendAsync(athlete, id, chunk, [.. Enumerable.Range(from, (seconds / 3) - 5)]), 200);
        }

        await JsonAsync(ChangeAsync(athlete, id, "COMPLETE", seconds), 200);
        return id;
    }

    /// <summary>All that needs the points, as the API tells it.</summary>
    public static async Task<string> ReadAsync(HttpClient athlete, string id)
    {
        var parts = new List<string>();
        foreach (var path in new[] { "", "/streams", "/gpx" })
        {
            using var answer = await athlete.GetAsync($"/activities/{id}{path}");
            parts.Add(await answer.Content.ReadAsStringAsync());
            Assert.That((int)answer.StatusCode, Is.EqualTo(200), parts[^1]);
        }

        return string.Join('\n', parts);
    }

    /// <summary>The event rows, byte for byte as Postgres tells them.</summary>
    public async Task<string> RowsAsync(string id) => await ScalarAsync<string>(
        "SELECT string_agg(version || ' ' || type || ' ' || data::text, E'\\n' ORDER BY version) FROM mt_events WHERE stream_id = $1",
        Guid.Parse(id));

    public Task<long> ArchivedEventsAsync() =>
        ScalarAsync<long>("SELECT count(*) FROM mt_events WHERE data ? 'Archived' AND NOT data ? 'Points'");

    public async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
#pragma warning disable CA2100 // The tests' own words.
        await using var command = _database.CreateCommand(sql);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>As the command line would; gives what it says.</summary>
    public async Task<string> CommandAsync(params string[] args)
    {
        using var output = new StringWriter();
        var code = await ArchiveCommand.RunAsync(Services, args, output, CancellationToken.None);
        Assert.That(code, Is.Zero, output.ToString());
        return output.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
