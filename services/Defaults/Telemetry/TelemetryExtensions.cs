using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Strava.ServiceDefaults.Telemetry;

/// <summary>
/// Traces, metrics and logs by OTLP, when an endpoint is set. Without one nothing listens and nothing is paid.
/// </summary>
internal static class TelemetryExtensions
{
    private const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // .NET, Npgsql, MassTransit and YARP bring their own sources; ours is "Strava".
    private static readonly string[] Sources =
        ["Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "MassTransit", "Yarp.ReverseProxy", "Strava"];

    private static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.RateLimiting",
        "System.Net.Http", "System.Runtime", "Npgsql", "MassTransit", "Strava",
    ];

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        // Their lines at Information hold the query string, and with it the token that somebody put there by mistake.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        builder.Logging.AddFilter("Yarp.ReverseProxy.Forwarder", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);

        // Three lines a request that say no more than its trace does, and cost more than many a request.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Routing", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Http.Result", LogLevel.Warning);

        builder.Services.AddSingleton<IValidateOptions<TelemetryOptions>, TelemetryOptionsValidator>();
        builder.Services.AddOptions<TelemetryOptions>()
            .BindSettings(TelemetryOptions.Section)
            .PostConfigure<IConfiguration>((options, configuration) =>
                options.Endpoint = EndpointOf(configuration) ?? "");

        if (EndpointOf(builder.Configuration) is not { } endpoint)
        {
            return;
        }

        // The exporters read their settings, this one too, from the configuration.
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { [EndpointKey] = endpoint });
        var resource = Describe(builder);
        builder.Services.AddSingleton(services => Start(services, resource));
        builder.Services.AddHostedService<RunningTelemetry>();
        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.SetResourceBuilder(resource);
            logs.IncludeFormattedMessage = true;
            logs.AddOtlpExporter();
        });
    }

    private static string? EndpointOf(IConfiguration configuration) =>
        new[] { configuration[$"{TelemetryOptions.Section}:Endpoint"], configuration[EndpointKey] }
            .FirstOrDefault(endpoint => !string.IsNullOrWhiteSpace(endpoint));

    private static ResourceBuilder Describe(WebApplicationBuilder builder) => ResourceBuilder.CreateDefault()
        .AddService(
            builder.Configuration["OTEL_SERVICE_NAME"] ?? builder.Environment.ApplicationName,
            serviceNamespace: "strava",
            serviceVersion: Assembly.GetEntryAssembly()?.GetName().Version?.ToString(),
            serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}");

    private static OpenTelemetrySdk Start(IServiceProvider services, ResourceBuilder resource)
    {
        var options = services.GetRequiredService<IOptions<TelemetryOptions>>().Value;
        return OpenTelemetrySdk.Create(sdk =>
        {
            sdk.Services.AddSingleton(services.GetRequiredService<IConfiguration>());
            sdk.WithTracing(traces => traces
                .SetResourceBuilder(resource)
                .SetSampler(new ParentBasedSampler(new RootSampler(options.SampleRatio)))
                .AddSource(Sources)
                .AddOtlpExporter());
            sdk.WithMetrics(metrics => metrics
                .SetResourceBuilder(resource)
                .AddMeter(Meters)
                .AddOtlpExporter());
        });
    }

    /// <summary>
    /// Starts the SDK before the first request; the container ends it last, which sends what is still held.
    /// </summary>
    private sealed class RunningTelemetry(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            services.GetRequiredService<OpenTelemetrySdk>();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
