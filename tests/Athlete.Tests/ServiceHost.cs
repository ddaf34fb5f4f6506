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
using Strava.Core.Postgres;

namespace Strava.Testing;

/// <summary>
/// A service in this process on a real database and a real broker; tokens are real too, only their issuer is this
/// class.
/// </summary>
internal sealed class ServiceHost<TProgram>(string database, Uri broker) : WebApplicationFactory<TProgram>
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

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("ConnectionStrings:Postgres", database);
        builder.UseSetting("ConnectionStrings:RabbitMq", broker.ToString());
        builder.UseSetting("Authentication:Authority", Issuer);
        builder.UseSetting("Authentication:Audience", "strava");
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        builder.ConfigureTestServices(services => services.Configure<JwtBearerOptions>(
            JwtBearerDefaults.AuthenticationScheme,
            jwt =>
            {
                jwt.Configuration = new OpenIdConnectConfiguration { Issuer = Issuer };
                jwt.Configuration.SigningKeys.Add(Key);
            }));
    }
}
