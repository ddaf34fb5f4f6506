using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Strava.Gateway.Tests;

/// <summary>The gateway itself, from its own Program.cs, on a free port of a real Kestrel.</summary>
internal sealed class RunningGateway : WebApplicationFactory<Program>
{
    private readonly Dictionary<string, string> _settings;

    public RunningGateway(Dictionary<string, string> settings)
    {
        _settings = settings;
        UseKestrel(port: 0);
    }

    public string Environment { get; init; } = "Development";

    public HttpClient Start()
    {
        StartServer();
        return CreateClient(new WebApplicationFactoryClientOptions
        {
            AllowAutoRedirect = false,
            BaseAddress = ClientOptions.BaseAddress,
        });
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(Environment);
        builder.UseSetting("Logging:LogLevel:Default", "None");
        foreach (var (name, value) in _settings)
        {
            builder.UseSetting(name, value);
        }
    }
}
