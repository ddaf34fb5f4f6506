using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Strava.ServiceDefaults.Running;

/// <summary>A port for probes alone, so that health need not be reachable where requests are.</summary>
internal sealed class ManagementOptions
{
    public const string Section = "Management";

    /// <summary>0: none; health is answered on the service's own port only.</summary>
    public int Port { get; set; }
}

internal sealed class ManagementOptionsValidator : IValidateOptions<ManagementOptions>
{
    public ValidateOptionsResult Validate(string? name, ManagementOptions options) => options.Port is >= 0 and <= 65_535
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail("Management:Port must be a port from 1 to 65535, or 0 for none.");
}

internal static class ManagementPort
{
    public static void AddManagementPort(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<ManagementOptions>, ManagementOptionsValidator>();
        services.AddOptions<ManagementOptions>().BindConfiguration(ManagementOptions.Section).ValidateOnStart();
    }

    /// <summary>First of all middleware: nothing but health is served on that port.</summary>
    public static void UseManagementPort(this WebApplication app)
    {
        var port = app.Configuration.GetValue<int>($"{ManagementOptions.Section}:Port");
        if (port is <= 0 or > 65_535)
        {
            return;
        }

        // What is added here replaces what is configured, so the configured ones are added too.
        if (app.Urls.Count == 0)
        {
            foreach (var url in Configured(app.Configuration))
            {
                app.Urls.Add(url);
            }
        }

        app.Urls.Add($"http://*:{port}");
        app.Use((http, next) =>
        {
            if (http.Connection.LocalPort == port && !http.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
            {
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }

            return next(http);
        });
    }

    private static string[] Configured(IConfiguration configuration)
    {
        if (configuration["urls"] is { Length: > 0 } urls)
        {
            return Split(urls);
        }

        var ports = Split(configuration["http_ports"]).Select(port => $"http://*:{port}")
            .Concat(Split(configuration["https_ports"]).Select(port => $"https://*:{port}")).ToArray();
        return ports.Length > 0 ? ports : ["http://localhost:5000"];
    }

    private static string[] Split(string? list) =>
        (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
