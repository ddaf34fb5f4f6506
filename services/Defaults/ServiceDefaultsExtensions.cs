using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Strava.ServiceDefaults.Auth;
using Strava.ServiceDefaults.Errors;
using Strava.ServiceDefaults.Health;
using Strava.ServiceDefaults.Http;
using Strava.ServiceDefaults.Running;
using Strava.ServiceDefaults.Telemetry;

namespace Strava.ServiceDefaults;

/// <summary>
/// The two lines that every Program.cs begins and ends with. Any option set here can be changed by the service
/// afterwards.
/// </summary>
public static class ServiceDefaultsExtensions
{
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddTelemetry();
        builder.Services.ConfigureHttpJsonOptions(options => StrictJson.Apply(options.SerializerOptions));
        builder.Services.AddProblemResponses();
        builder.AddRequestBounds();
        builder.AddBearerAuthentication();
        builder.Services.AddReadiness();
        builder.Services.AddDrain();
        builder.Services.AddManagementPort();
        builder.AddApiDocuments();
        return builder;
    }

    /// <param name="app">The application, before its own endpoints are mapped.</param>
    /// <param name="decompressRequests">False for a proxy, which hands a compressed body on as it came.</param>
    public static WebApplication UseServiceDefaults(this WebApplication app, bool decompressRequests = true)
    {
        app.ThrowIfMisconfigured();
        app.UseManagementPort();
        app.UseUncutBodies();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRequestTimeouts();
        app.UseAuthentication();
        app.UseAuthorization();
        if (decompressRequests)
        {
            // After authorization: a stranger's gzip bomb is not even opened.
            app.UseGzipRequests();
        }

        app.MapHealth();
        app.MapApiDocuments();
        return app;
    }
}
