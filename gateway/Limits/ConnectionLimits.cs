using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Strava.ServiceDefaults;

namespace Strava.Gateway.Limits;

internal static class ConnectionLimits
{
    /// <summary>After the service defaults, whose bounds these replace.</summary>
    public static void AddConnectionLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<ConnectionLimitOptions>, ConnectionLimitOptionsValidator>();
        builder.Services.AddOptions<ConnectionLimitOptions>().BindSettings(ConnectionLimitOptions.Section);
        builder.Services.AddSingleton<ConnectionsPerAddress>();
        builder.Services.AddOptions<KestrelServerOptions>()
            .Configure<IConfiguration, ConnectionsPerAddress>(Configure);
        builder.Services.AddOptions<RequestTimeoutOptions>()
            .Configure<IOptions<ConnectionLimitOptions>>((timeouts, limits) =>
                timeouts.DefaultPolicy = new RequestTimeoutPolicy
                {
                    Timeout = limits.Value.RequestTimeout,
                    TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
                });
    }

    private static void Configure(
        KestrelServerOptions kestrel, IConfiguration configuration, ConnectionsPerAddress perAddress)
    {
        // The server is made before anything is validated: a fault is told there, together with the others.
        var limits = configuration.ReadSettings<ConnectionLimitOptions>(ConnectionLimitOptions.Section);
        if (new ConnectionLimitOptionsValidator().Validate(null, limits).Failed)
        {
            return;
        }

        kestrel.Limits.MaxRequestBodySize = limits.MaxBodyBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = limits.MaxHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = limits.MaxHeaderCount;
        kestrel.Limits.MaxRequestLineSize = limits.MaxRequestLineBytes;
        kestrel.Limits.RequestHeadersTimeout = limits.HeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = limits.KeepAliveTimeout;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(limits.MinBytesPerSecond, limits.SlowGrace);
        kestrel.Limits.MinResponseDataRate = new MinDataRate(limits.MinBytesPerSecond, limits.SlowGrace);
        kestrel.Limits.MaxConcurrentConnections = limits.MaxConnections;

        // Nobody may keep a connection that has left HTTP: there is no such route.
        kestrel.Limits.MaxConcurrentUpgradedConnections = 0;
        kestrel.Limits.Http2.MaxStreamsPerConnection = limits.MaxStreamsPerConnection;
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(perAddress.Limit));
    }
}
