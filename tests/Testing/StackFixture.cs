using System.Globalization;

namespace Strava.Testing;

/// <summary>
/// The whole product on free ports: servers, a fresh database for each service, migrations, services, gateway.
/// </summary>
public sealed class StackFixture : IAsyncDisposable
{
    private static readonly (string Name, string Project)[] Known =
    [
        ("activity", "Strava.Activities"),
        ("athlete", "Strava.Athletes"),
        ("feed", "Strava.Feeds"),
        ("leaderboard", "Strava.Leaderboards"),
        ("locallegend", "Strava.LocalLegends"),
    ];

    private readonly Dictionary<string, ServiceProcess> _services = [];
    private readonly Dictionary<string, string> _databases = [];
    private Uri? _broker;

    private StackFixture(PostgresServer postgres, RabbitMqServer rabbitMq, RedisServer redis)
    {
        Postgres = postgres;
        RabbitMq = rabbitMq;
        Redis = redis;
    }

    public PostgresServer Postgres { get; }

    public RabbitMqServer RabbitMq { get; }

    public RedisServer Redis { get; }

    /// <summary>The broker with this stack's own virtual host.</summary>
    public Uri Broker => _broker ?? throw new InvalidOperationException("The services are not being started yet.");

    /// <summary>The only public door; it follows no redirect and throws on no status.</summary>
    public HttpClient Gateway => _services["gateway"].Client;

    /// <summary>A service by its short name: activity, athlete, feed, leaderboard, locallegend, gateway.</summary>
    public ServiceProcess this[string service] => _services[service];

    /// <summary>The connection string of a service's own database.</summary>
    public string Database(string service) => _databases[service];

    /// <param name="settings">More settings for a service (by its short name), over the usual ones.</param>
    public static async Task<StackFixture> StartAsync(Action<string, IDictionary<string, string>>? settings = null)
    {
        var postgres = TestServers.PostgresAsync();
        var rabbitMq = TestServers.RabbitMqAsync();
        var redis = TestServers.RedisAsync();
        var stack = new StackFixture(await postgres, await rabbitMq, await redis);
        try
        {
            await stack.StartServicesAsync(settings);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>The ends of all logs, for the message of a failed test.</summary>
    public string LogTails(int lines = 15)
    {
        return string.Join('\n', _services.Values.Select(service => service.LogTail(lines)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.Values)
        {
            await service.DisposeAsync();
        }
    }

    private async Task StartServicesAsync(Action<string, IDictionary<string, string>>? settings)
    {
        var gatewayUrl = new Uri($"http://localhost:{FreePort.Next()}");
        var management = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        var urls = Known.ToDictionary(known => known.Name, _ => new Uri($"http://127.0.0.1:{FreePort.Next()}"));
        _broker = await RabbitMq.CreateVirtualHostAsync("stack");
        foreach (var (name, _) in Known)
        {
            _databases[name] = await Postgres.CreateDatabaseAsync($"strava_{name}");
        }

        Dictionary<string, string> For(string name, Dictionary<string, string> own)
        {
            own["Authentication__Authority"] = gatewayUrl.GetLeftPart(UriPartial.Authority);
            own["Authentication__Audience"] = "strava";
            if (name == "activity")
            {
                (own["Management__Port"], own["Management__Address"]) = (management, "127.0.0.1");
            }

            settings?.Invoke(name, own);
            management = name == "activity" ? own["Management__Port"] : management;
            if (name == "locallegend")
            {
                own["Activity__ManagementUrl"] = $"http://127.0.0.1:{management}";
            }

            return own;
        }

        var gateway = urls.ToDictionary(
            url => $"ReverseProxy__Clusters__{url.Key}__Destinations__d1__Address",
            url => url.Value.ToString());
        gateway["DevelopmentIssuer__Enabled"] = "true";
        gateway["DevelopmentIssuer__Issuer"] = gatewayUrl.GetLeftPart(UriPartial.Authority);
        gateway["DevelopmentIssuer__KeyFile"] = Path.Combine((await ServerFolder.GetAsync()).Path, "issuer.pem");
        var starts = Known.Select(known =>
            StartAsync(known.Name, known.Project, urls[known.Name], For(known.Name, Connections(known.Name)))).ToList();
        starts.Add(StartAsync("gateway", "Strava.Gateway", gatewayUrl, For("gateway", gateway)));

        // All are awaited before the first failure is told, so that disposing finds every process there is.
        await Task.WhenAll(starts);
    }

    private Dictionary<string, string> Connections(string name)
    {
        var connections = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = _databases[name],
            ["ConnectionStrings__RabbitMq"] = Broker.ToString(),
        };
        if (name == "leaderboard")
        {
            connections["ConnectionStrings__Redis"] = Redis.ConnectionString;
        }

        return connections;
    }

    private async Task StartAsync(string name, string project, Uri url, Dictionary<string, string> environment)
    {
        if (name != "gateway")
        {
            await ServiceProcess.MigrateAsync(project, environment);
        }

        var service = await ServiceProcess.StartAsync(project, environment, url);
        lock (_services)
        {
            _services[name] = service;
        }
    }
}
