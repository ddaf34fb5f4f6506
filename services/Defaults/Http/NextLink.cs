using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Strava.ServiceDefaults;

/// <summary>The way to the next page: this request's own query with one member changed.</summary>
public static class NextLink
{
    public static void Add(HttpContext context, string member, string value)
    {
        var query = new QueryBuilder(context.Request.Query.Where(given => given.Key != member)) { { member, value } };

        // Relative, because behind the gateway this service does not know the host that the caller used.
        context.Response.Headers.Append("Link", $"<{context.Request.Path.ToUriComponent()}{query}>; rel=\"next\"");
    }
}
