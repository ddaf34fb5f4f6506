using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Strava.ServiceDefaults.Running;

/// <summary>
/// SIGTERM: 1. readiness turns red; 2. for the drain delay everything is served as before, while load balancers look
/// elsewhere; 3. the listeners close, requests under way end; 4. relays and consumers end, leases are given back.
/// </summary>
internal sealed class Drain(IOptions<ShutdownOptions> options, IHostEnvironment environment)
    : IHostedLifecycleService, IHealthCheck
{
    private volatile bool _isDraining;

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_isDraining
            ? HealthCheckResult.Unhealthy("This process is ending; send requests to another.")
            : HealthCheckResult.Healthy());

    // Comes before anything is asked to stop.
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isDraining = true;
        return Task.Delay(DelayOf(options.Value, environment), cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal static TimeSpan DelayOf(ShutdownOptions options, IHostEnvironment environment) =>
        options.DrainDelay ?? (environment.IsDevelopment() ? TimeSpan.Zero : TimeSpan.FromSeconds(5));
}

internal static class DrainExtensions
{
    public static void AddDrain(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<ShutdownOptions>, ShutdownOptionsValidator>();
        services.AddOptions<ShutdownOptions>().BindSettings(ShutdownOptions.Section);
        services.AddOptions<HostOptions>().Configure<IConfiguration, IHostEnvironment>((host, configuration, environment) =>
        {
            // The host reads its options before anything is validated: a fault is told there, together with the others.
            var shutdown = configuration.ReadSettings<ShutdownOptions>(ShutdownOptions.Section);
            if (new ShutdownOptionsValidator().Validate(null, shutdown).Succeeded)
            {
                host.ShutdownTimeout = Drain.DelayOf(shutdown, environment) + shutdown.Timeout;
            }
        });
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.AddHealthChecks().AddCheck<Drain>("draining");
    }
}
