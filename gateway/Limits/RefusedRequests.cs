using Microsoft.AspNetCore.Authorization;
using Strava.ServiceDefaults;

namespace Strava.Gateway.Limits;

/// <summary>What no route of this platform ever takes, refused before anything else looks at it.</summary>
internal static class RefusedRequests
{
    private const string Allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

    private static readonly HashSet<string> Methods = [.. Allow.Split(", ")];

    public static void UseRefusals(this WebApplication app)
    {
        app.Use(RefuseAsync);
        app.Use(OpenRoutingAnswersAsync);
    }

    private static Task RefuseAsync(HttpContext context, RequestDelegate next)
    {
        if (!Methods.Contains(context.Request.Method))
        {
            // TRACE would echo the token to a script, CONNECT would make a tunnel of us.
            context.Response.Headers.Allow = Allow;
            return Problems.Create(
                StatusCodes.Status405MethodNotAllowed, "method-not-allowed", $"The method may be one of {Allow}.")
                .ExecuteAsync(context);
        }

        if (context.Request.Headers.Upgrade.Count > 0 || context.Request.Headers.ContainsKey("HTTP2-Settings"))
        {
            // Ignoring it would be legal, but a proxy in between may believe that the protocol did change.
            return Problems.Create(
                StatusCodes.Status400BadRequest,
                "upgrade-refused",
                "No other protocol is spoken on this connection: send the request without Upgrade. "
                + "HTTP/2 is agreed on within TLS.").ExecuteAsync(context);
        }

        return next(context);
    }

    /// <summary>
    /// Routing answers a wrong method or Content-Type with an endpoint of its own (405, 415), which carries no policy,
    /// and the fallback policy would tell a stranger of a missing token instead. It reveals only our own open paths.
    /// </summary>
    private static Task OpenRoutingAnswersAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is { } answer and not RouteEndpoint)
        {
            context.SetEndpoint(new Endpoint(
                answer.RequestDelegate,
                new EndpointMetadataCollection([.. answer.Metadata, new AllowAnonymousAttribute()]),
                answer.DisplayName));
        }

        return next(context);
    }
}
