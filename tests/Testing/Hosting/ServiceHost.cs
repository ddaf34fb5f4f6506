using System.Net.Http.Headers;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Strava.Contracts.Messages;
using Strava.Core.Bus;
using Strava.Core.Postgres;

namespace Strava.Testing;

/// <summary>
/// A service in this process on a real database and a real broker; tokens are real too, only their issuer is this
/// class. Each test project that hosts its service compiles this file.
/// </summary>
/// <param name="database">Migrated already.</param>
/// <param name="broker">With a virtual host of its own.</param>
/// <param name="settings">More settings, such as <c>ConnectionStrings:Redis</c>.</param>
internal sealed class ServiceHost<TProgram>(
    string database, Uri broker, IReadOnlyDictionary<string, string>? settings = null)
    : WebApplicationFactory<TProgram>
    where TProgram : class
{
    private const string Issuer = "http://issuer.test";
    private static readonly ECDsaSecurityKey Key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "test" };

    /// <summary>Over a fresh, migrated database.</summary>
    public static async Task<ServiceHost<TProgram>> StartAsync(string name, Uri broker, params Assembly[] libraries)
    {
        var database = await (await TestServers.PostgresAsync()).CreateDatabaseAsync($"strava_{name}");
        await using var source = PostgresExtensions.CreateDataSource(database);
        await Migrator.RunAsync(source, [typeof(Migrator).Assembly, .. libraries, typeof(TProgram).Assembly]);
        return new ServiceHost<TProgram>(database, broker);
    }

    public HttpClient ClientOf(Guid athlete, string? name = null)
    {
        var client = CreateClient();
        var claims = new Dictionary<string, object> { ["sub"] = athlete.ToString() };
        if (name is not null)
        {
            claims["name"] = name;
        }

        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = "strava",
            Claims = claims,
            SigningCredentials = new SigningCredentials(Key, SecurityAlgorithms.EcdsaSha256),
        });
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>
    /// What others would say on the bus; a summary goes as Activity sends it. Returns when the broker has confirmed
    /// all.
    /// </summary>
    public async Task PublishAsync(params object[] messages)
    {
        var publisher = Services.GetRequiredService<ConfirmedPublisher>();
        await publisher.DeclareTopologyAsync(default);
        await publisher.PublishAsync(
            messages.Select((message, index) => new OutgoingMessage(Guid.NewGuid(), index, message switch
            {
                ActivitySummary activity => new ActivityCompleted { Activity = activity },
                _ => message,
            })),
            default);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("ConnectionStrings:Postgres", database);
        builder.UseSetting("ConnectionStrings:RabbitMq", broker.ToString());
        builder.UseSetting("Authentication:Authority", Issuer);
        builder.UseSetting("Authentication:Audience", "strava");
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            builder.UseSetting(name, value);
        }

        builder.ConfigureTestServices(services => services.Configure<JwtBearerOptions>(
            JwtBearerDefaults.AuthenticationScheme,
            jwt =>
            {
                jwt.Configuration = new OpenIdConnectConfiguration { Issuer = Issuer };
                jwt.Configuration.SigningKeys.Add(Key);
            }));
    }
}
