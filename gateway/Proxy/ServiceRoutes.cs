using Strava.Gateway.Docs;
using Strava.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace Strava.Gateway.Proxy;

/// <summary>
/// Routes are data (appsettings.json, section ReverseProxy). What has no route there is not reachable from outside.
/// </summary>
internal static class ServiceRoutes
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    public static void AddServiceRoutes(this WebApplicationBuilder builder)
    {
        var proxy = builder.Services.AddReverseProxy()
            .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
            .ConfigureHttpClient((_, handler) => handler.ConnectTimeout = ConnectTimeout);
        if (ApiDocuments.AreEnabled(builder.Configuration, builder.Environment))
        {
            // To the clusters above; in a section of its own, so that the switch takes all of it away.
            proxy.LoadFromConfig(builder.Configuration.GetSection(DocsPage.Section));
        }
    }

    public static void MapServiceRoutes(this WebApplication app)
    {
        // The default pipeline less session affinity, whose hashing package is absent (Yarp.targets).
        app.MapReverseProxy(pipeline =>
        {
            pipeline.Use(ForwardOrExplainAsync);
            pipeline.UseLoadBalancing();
        });
    }

    private static async Task ForwardOrExplainAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.GetForwarderErrorFeature() is not { } failure || context.Response.HasStarted)
        {
            return;
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone, or the request timeout has come: its middleware knows, and says which.
            context.Response.Clear();
            throw new OperationCanceledException(context.RequestAborted);
        }

        var problem = failure switch
        {
            { Error: ForwarderError.RequestBodyClient } when IsRefusal(failure.Exception, 413)
                => Problems.TooLarge("The body is larger than this address takes."),
            { Error: ForwarderError.RequestBodyClient } when IsRefusal(failure.Exception, 408)
                => Problems.Create(408, "request-timeout", "The body came too slowly; send it again.", retryable: true),
            { Error: ForwarderError.RequestBodyClient }
                => Problems.Malformed("body", "The body was cut short."),

            // No retry here: only the caller knows whether it still wants this. Every write may safely be sent again.
            _ => Problems.Unavailable("This part of the platform is away for a moment; send the same request again."),
        };
        context.Response.Clear();
        await problem.ExecuteAsync(context);
    }

    /// <summary>True when the server itself gave up reading the body, with this status.</summary>
    private static bool IsRefusal(Exception? exception, int status)
    {
        return exception switch
        {
            null => false,
            BadHttpRequestException bad => bad.StatusCode == status,
            AggregateException many => many.InnerExceptions.Any(inner => IsRefusal(inner, status)),
            _ => IsRefusal(exception.InnerException, status),
        };
    }
}
