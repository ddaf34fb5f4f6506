using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Strava.ServiceDefaults.Running;

/// <summary>
/// A port for probes, operators and our own services alone: health need not be reachable where requests are, and
/// <c>/admin</c> and <c>/internal</c> never are.
/// </summary>
internal sealed class ManagementOptions
{
    public const string Section = "Management";

    /// <summary>0: none; health is answered on the service's own port only, and <c>/admin</c> nowhere.</summary>
    public int Port { get; set; }

    /// <summary>Where it listens: <c>*</c> everywhere, else one address of this machine.</summary>
    public string Address { get; set; } = "*";
}

internal sealed class ManagementOptionsValidator : IValidateOptions<ManagementOptions>
{
    public ValidateOptionsResult Validate(string? name, ManagementOptions options) => options.Port is >= 0 and <= 65_535
        ? options.Address == "*" || IPAddress.TryParse(options.Address, out _)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Management:Address must be * or an IP address of this machine.")
        : ValidateOptionsResult.Fail("Management:Port must be a port from 1 to 65535, or 0 for none.");
}

public static class ManagementPort
{
    internal static void AddManagementPort(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<ManagementOptions>, ManagementOptionsValidator>();
        services.AddOptions<ManagementOptions>().BindSettings(ManagementOptions.Section);
    }

    /// <summary>First of all middleware: nothing but health, <c>/admin</c> and <c>/internal</c> is served on that port.</summary>
    internal static void UseManagementPort(this WebApplication app)
    {
        var port = app.Configuration.GetValue<int>($"{ManagementOptions.Section}:Port");
        var address = app.Configuration[$"{ManagementOptions.Section}:Address"] ?? "*";
        // What is wrong is said with all other faults, when the settings are checked.
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

        app.Urls.Add($"http://{(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address)}:{port}");
        app.Use((http, next) =>
        {
            var path = http.Request.Path;
            if (http.Connection.LocalPort == port
                && !path.StartsWithSegments("/health", StringComparison.Ordinal)
                && !path.StartsWithSegments("/admin", StringComparison.Ordinal)
                && !path.StartsWithSegments("/internal", StringComparison.Ordinal))
            {
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }

            return next(http);
        });
    }

    /// <summary>
    /// Nobody finds these elsewhere; without a management port nobody does. By the connection: a Host header says what
    /// its sender likes.
    /// </summary>
    public static RouteGroupBuilder OnManagementPort(this RouteGroupBuilder endpoints) =>
        endpoints.AddEndpointFilter(async (context, next) =>
        {
            var port = context.HttpContext.RequestServices.GetRequiredService<IOptions<ManagementOptions>>().Value.Port;
            return port > 0 && context.HttpContext.Connection.LocalPort == port ? await next(context) : Problems.NotFound();
        });

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
