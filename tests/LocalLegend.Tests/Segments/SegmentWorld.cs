using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Strava.Contracts.Rest;
using Strava.Core.Postgres;
using Strava.LocalLegends.Segments;
using Strava.ServiceDefaults;
using Strava.Testing;

namespace Strava.LocalLegends.Tests.Segments;

/// <summary>
/// The whole service in this process, on a database and a broker of its own. Named by any type of it: Activity, whose
/// files are read here too, has a Program as well.
/// </summary>
internal sealed class SegmentWorld : IAsyncDisposable
{
    private SegmentWorld(string connection, Uri broker, Dictionary<string, string> settings)
    {
        Database = PostgresExtensions.CreateDataSource(connection);
        Host = new ServiceHost<SegmentRow>(connection, broker, settings);
    }

    public ServiceHost<SegmentRow> Host { get; }

    public NpgsqlDataSource Database { get; }

    public static async Task<SegmentWorld> CreateAsync(Dictionary<string, string>? settings = null)
    {
        var connection = await (await TestServers.PostgresAsync()).CreateDatabaseAsync("strava_locallegend");
        var broker = await (await TestServers.RabbitMqAsync()).CreateVirtualHostAsync("segments");
        var world = new SegmentWorld($"{connection};Options=-c synchronous_commit=off", broker, settings ?? []);
        await Migrator.RunAsync(world.Database, [typeof(Migrator).Assembly, typeof(SegmentRow).Assembly]);
        return world;
    }

    public async Task<HttpResponseMessage> SendAsync(
        Guid athlete, string method, string path, object? body = null, string? key = null)
    {
        using var client = Host.ClientOf(athlete);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative))
        {
            Content = body is null ? null : JsonContent.Create(body, options: StrictJson.Options),
        };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await client.SendAsync(request);
    }

    public async Task<(int Status, JsonElement Json)> AskAsync(
        Guid athlete, string method, string path, object? body = null, string? key = null)
    {
        using var answer = await SendAsync(athlete, method, path, body, key);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    public async Task<T> ReadAsync<T>(Guid athlete, string path)
    {
        using var answer = await SendAsync(athlete, "GET", path);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That((int)answer.StatusCode, Is.EqualTo(200), text);
        return JsonSerializer.Deserialize<T>(text, StrictJson.Options)!;
    }

    public async Task<Segment> MakeAsync(Guid athlete, CreateSegment wanted)
    {
        using var answer = await SendAsync(athlete, "POST", "/segments", wanted);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That((int)answer.StatusCode, Is.EqualTo(201), text);
        return JsonSerializer.Deserialize<Segment>(text, StrictJson.Options)!;
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Database.DisposeAsync();
    }
}
