using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Strava.Core.Postgres;
using Strava.Core.Rebuild;

namespace Strava.Testing;

/// <summary>
/// One service as a process of its own, with its database, and a <see cref="Teller"/> in Activity's place.
/// </summary>
internal sealed class RebuildWorld : IAsyncDisposable
{
    private readonly HttpClient _admin;

    private RebuildWorld(ServiceProcess service, Teller teller, NpgsqlDataSource database, int managementPort)
    {
        (Service, Teller, Database) = (service, teller, database);
        Rebuilds = new Rebuilds(database);
        _admin = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{managementPort}") };
    }

    /// <summary>The management port.</summary>
    public HttpClient Admin => _admin;

    public ServiceProcess Service { get; }

    public Teller Teller { get; }

    public NpgsqlDataSource Database { get; }

    public Rebuilds Rebuilds { get; }

    public static async Task<RebuildWorld> StartAsync(
        string name, string project, IReadOnlyDictionary<string, string>? settings = null)
    {
        var broker = await (await TestServers.RabbitMqAsync()).CreateVirtualHostAsync("rebuild");
        var teller = await Teller.StartAsync(broker);
        var connection = await (await TestServers.PostgresAsync()).CreateDatabaseAsync($"strava_{name}");
        var managementPort = FreePort.Next();
        var environment = new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
        {
            ["ConnectionStrings__Postgres"] = connection,
            ["ConnectionStrings__RabbitMq"] = broker.ToString(),
            ["Authentication__Authority"] = "http://localhost:1",
            ["Authentication__Audience"] = "strava",
            ["Management__Port"] = managementPort.ToString(CultureInfo.InvariantCulture),
        };
        await ServiceProcess.MigrateAsync(project, environment);
        var service = await ServiceProcess.StartAsync(project, environment);
        return new RebuildWorld(service, teller, PostgresExtensions.CreateDataSource(connection), managementPort);
    }

    public Task<HttpResponseMessage> BeginAsync(bool refuseDifferences = false) =>
        _admin.PostAsJsonAsync("/admin/rebuilds", new { refuseDifferences });

    public Task<HttpResponseMessage> CancelAsync(Guid id) => _admin.DeleteAsync(new Uri($"/admin/rebuilds/{id}", UriKind.Relative));

    public async Task<Guid> BegunAsync(bool refuseDifferences = false)
    {
        using var answer = await BeginAsync(refuseDifferences);
        answer.EnsureSuccessStatusCode();
        return Guid.Parse(answer.Headers.Location!.ToString().Split('/')[^1]);
    }

    /// <summary>As the endpoint tells it.</summary>
    public async Task<JsonNode> ProgressAsync(Guid id) =>
        JsonNode.Parse(await _admin.GetStringAsync(new Uri($"/admin/rebuilds/{id}", UriKind.Relative)))!;

    public Task<RebuildProgress> EndAsync(Guid id, double seconds = 60) => Eventually.GivesAsync(
        async () => (await Rebuilds.FindAsync(id, default))!,
        rebuild => rebuild.IsOver,
        TimeSpan.FromSeconds(seconds));

    public Task<T> ScalarAsync<T>(string sql) => Database.ScalarAsync<T>(sql);

    public Task<string> TablesAsync() => Database.TablesAsync();

    public Task<long> LeftoversAsync() => Database.LeftoversAsync();

    public Task<string> ShapeAsync() => Database.ShapeAsync();

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await Service.DisposeAsync();
        await Teller.DisposeAsync();
        await Database.DisposeAsync();
    }
}
