using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Strava.Leaderboards.Stores;

internal static class RedisBoardsExtensions
{
    public static WebApplicationBuilder AddRedisBoards(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<RedisOptions>, RedisOptionsValidator>();
        builder.Services.AddOptions<RedisOptions>()
            .Configure<IConfiguration>((options, configuration) =>
                options.ConnectionString = configuration.GetConnectionString("Redis") ?? "")
            .ValidateOnStart();
        builder.Services.AddSingleton(services => new RedisBoards(
            services.GetRequiredService<IOptions<RedisOptions>>().Value.ConnectionString,
            services.GetRequiredService<TimeProvider>()));
        // Without Redis the ledger goes on and pages are answered stale: no reason to take the service out.
        builder.Services.AddHealthChecks().AddCheck<RedisHealth>("redis", HealthStatus.Degraded);
        return builder;
    }
}

internal sealed class RedisHealth(RedisBoards boards) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken)
    {
        try
        {
            await boards.ProbeAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (RedisAwayException)
        {
            return HealthCheckResult.Degraded(
                "Redis does not answer; boards are served from the last pages seen, marked stale.");
        }
    }
}
