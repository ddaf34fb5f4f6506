namespace Strava.Gateway.Proxy;

/// <summary>
/// Removes what a caller could use to pretend to be a proxy or another person. The proxy then sets X-Forwarded-For,
/// -Host and -Proto itself. Services trust none of them for identity: they check the token again.
/// </summary>
internal static class UntrustedHeaders
{
    private static readonly string[] Prefixes =
    [
        "X-Forwarded", "X-Original-", "X-Rewrite-", "X-User", "X-Athlete", "X-Auth", "X-Remote-",
        "X-MS-CLIENT-PRINCIPAL", "X-Client-", "X-Cluster-", "X-Envoy-",
    ];

    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "Forwarded", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "X-HTTP-Method-Override", "X-Method-Override",
        "X-HTTP-Method", "X-ARR-SSL", "X-ProxyUser-Ip", "X-Host", "Via",
    };

    public static void UseUntrustedHeaderRemoval(this WebApplication app)
    {
        app.Use((HttpContext context, RequestDelegate next) =>
        {
            var headers = context.Request.Headers;
            foreach (var name in headers.Keys.Where(IsUntrusted).ToArray())
            {
                headers.Remove(name);
            }

            return next(context);
        });
    }

    private static bool IsUntrusted(string name)
    {
        // An underscore reads as a dash to some servers, so X_Forwarded_For must not slip through.
        var dashed = name.Replace('_', '-');
        return Names.Contains(dashed)
            || Array.Exists(Prefixes, prefix => dashed.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
    }
}
