namespace Strava.Gateway.Browsers;

/// <summary>What a browser must know of an API: nothing here is a page, a frame or a script.</summary>
internal static class SecurityHeaders
{
    public static void UseSecurityHeaders(this WebApplication app)
    {
        var hsts = !app.Environment.IsDevelopment();
        app.Use((HttpContext context, RequestDelegate next) =>
        {
            // At the last moment: the exception handler clears what was set before it.
            context.Response.OnStarting(() =>
            {
                Set(context, hsts);
                return Task.CompletedTask;
            });
            return next(context);
        });
    }

    private static void Set(HttpContext context, bool hsts)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            // A page of the gateway's own may say what it needs instead.
            headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        }

        // Over plain HTTP browsers must ignore it; TLS may end at a trusted proxy that says so.
        if (hsts && context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        }

        // What a service in the back runs on is nobody's business.
        headers.Remove("Server");
        headers.Remove("X-Powered-By");
    }
}
