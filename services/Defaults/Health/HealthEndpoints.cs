using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Strava.ServiceDefaults.Health;

/// <summary>
/// Live: the process answers (a restart would help otherwise). Ready: what it needs is there; the answer names what is
/// missing. Add checks with <c>services.AddHealthChecks()</c>. A store whose absence must not stop uploads reports
/// Degraded
/// (failureStatus), which is named but stays ready.
/// </summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(3);

    public static void AddReadiness(this IServiceCollection services)
    {
        services.AddHealthChecks();
        services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations.Where(check => check.Timeout == Timeout.InfiniteTimeSpan))
            {
                check.Timeout = CheckTimeout;
            }
        });
    }

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions
        {
            Predicate = _ => false,
            ResponseWriter = (http, _) => http.Response.WriteAsJsonAsync(new { status = "live" }, http.RequestAborted),
        }).AllowAnonymous();
        app.MapHealthChecks(
            "/health/ready", new HealthCheckOptions { ResponseWriter = WriteReadinessAsync }).AllowAnonymous();
    }

    private static Task WriteReadinessAsync(HttpContext http, HealthReport report)
    {
        var answer = new
        {
            status = report.Status == HealthStatus.Unhealthy ? "not ready" : "ready",
            missing = report.Entries.Where(
                entry => entry.Value.Status != HealthStatus.Healthy).Select(entry => entry.Key),
            checks = report.Entries.ToDictionary(
                entry => entry.Key,
                entry => new
                {
                    status = JsonNamingPolicy.CamelCase.ConvertName(entry.Value.Status.ToString()),

                    // The check's own sentence; an exception's text may hold a connection string.
                    detail = entry.Value.Exception is null ? entry.Value.Description : "failed",
                    milliseconds = (long)entry.Value.Duration.TotalMilliseconds,
                }),
        };
        return http.Response.WriteAsJsonAsync(answer, http.RequestAborted);
    }
}
