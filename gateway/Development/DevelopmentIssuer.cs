using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Strava.ServiceDefaults;

namespace Strava.Gateway.Development;

internal static class DevelopmentIssuer
{
    public static void AddDevelopmentIssuer(this WebApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection(DevelopmentIssuerOptions.Section);
        var options = section.Get<DevelopmentIssuerOptions>() ?? new DevelopmentIssuerOptions();
        if (!options.Enabled)
        {
            return;
        }

        Check(options, builder.Environment);
        var issuer = options.Issuer.Length > 0 ? options.Issuer.TrimEnd('/') : OwnAddress(builder.Configuration);
        var key = DevelopmentKey.LoadOrCreate(options.KeyFile);
        builder.Services.AddSingleton(key);
        builder.Services.AddSingleton(services => new DevelopmentTokens(
            key,
            issuer,
            services.GetRequiredService<IOptions<BearerOptions>>().Value.Audience,
            options.TokenLifetime,
            services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHttpClient<AthleteProfiles>(AthleteProfiles.Configure);

        // This process checks its own tokens with the key at hand: it need not call itself for discovery.
        builder.Services.Configure<BearerOptions>(bearer => bearer.Authority = issuer);
        builder.Services.Configure<JwtBearerOptions>(
            JwtBearerDefaults.AuthenticationScheme,
            bearer =>
            {
                bearer.Configuration = new OpenIdConnectConfiguration { Issuer = issuer };
                bearer.Configuration.SigningKeys.Add(key.Public);
            });
    }

    public static void MapDevelopmentIssuer(this WebApplication app)
    {
        if (app.Services.GetService<DevelopmentTokens>() is null)
        {
            return;
        }

        app.MapDiscovery();
        app.MapIssueDevelopmentToken();
        app.Logger.LogWarning("The development issuer is on: POST /dev/token hands a token to anyone who asks");
    }

    private static void Check(DevelopmentIssuerOptions options, IHostEnvironment environment)
    {
        if (!environment.IsDevelopment())
        {
            throw new InvalidOperationException(
                $"DevelopmentIssuer:Enabled is true, but the environment is {environment.EnvironmentName}: "
                + "it hands a token to anyone who asks. Switch it off and set Authentication:Authority to your OpenID "
                + "Connect issuer, or set ASPNETCORE_ENVIRONMENT=Development on a machine that nobody else reaches.");
        }

        if (string.IsNullOrWhiteSpace(options.KeyFile))
        {
            throw new InvalidOperationException(
                "DevelopmentIssuer:KeyFile must name a file for the signing key; it is made at the first start.");
        }

        if (options.TokenLifetime <= TimeSpan.Zero || options.TokenLifetime > TimeSpan.FromDays(7))
        {
            throw new InvalidOperationException("DevelopmentIssuer:TokenLifetime must be between zero and seven days.");
        }
    }

    private static string OwnAddress(ConfigurationManager configuration)
    {
        var first = (configuration["urls"] ?? "http://localhost:8080").Split(';')[0];
        var address = BindingAddress.Parse(first);
        var host = address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : address.Host;
        return $"{address.Scheme}://{host}:{address.Port}";
    }
}
