using System.Net.Http.Headers;
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
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>The whole service in this process, on a <see cref="World"/> and a virtual host of the broker.</summary>
internal sealed class BoardsHost(World world, Uri broker) : WebApplicationFactory<Program>
{
    private const string Issuer = "http://issuer.test";
    private static readonly ECDsaSecurityKey Key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "test" };

    public static async Task<BoardsHost> CreateAsync(World world)
    {
        var host = new BoardsHost(world, await (await TestServers.RabbitMqAsync()).CreateVirtualHostAsync("boards"));
        await host.Services.GetRequiredService<ConfirmedPublisher>().DeclareTopologyAsync(default);
        return host;
    }

    public HttpClient ClientOf(Guid athlete)
    {
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = "strava",
            Claims = new Dictionary<string, object> { ["sub"] = athlete.ToString() },
            SigningCredentials = new SigningCredentials(Key, SecurityAlgorithms.EcdsaSha256),
        });
        var client = CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Returns when the broker has confirmed all.</summary>
    public Task PublishAsync(params object[] messages) => Services.GetRequiredService<ConfirmedPublisher>().PublishAsync(
        messages.Select(message => message is ActivitySummary activity ? new ActivityCompleted { Activity = activity } : message)
            .Select((message, index) => new OutgoingMessage(Guid.NewGuid(), index, message)),
        default);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("ConnectionStrings:Postgres", world.PostgresConnection);
        builder.UseSetting("ConnectionStrings:Redis", world.RedisConnection);
        builder.UseSetting("ConnectionStrings:RabbitMq", broker.ToString());
        builder.UseSetting("Authentication:Authority", Issuer);
        builder.UseSetting("Authentication:Audience", "strava");
        builder.UseSetting("Logging:LogLevel:Default", "Error");
        builder.ConfigureTestServices(services => services.Configure<JwtBearerOptions>(
            JwtBearerDefaults.AuthenticationScheme,
            jwt =>
            {
                jwt.Configuration = new OpenIdConnectConfiguration { Issuer = Issuer };
                jwt.Configuration.SigningKeys.Add(Key);
            }));
    }
}
