using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Strava.ServiceDefaults;

/// <summary>
/// The way to the next page: this request's own query with one member changed; a cursor takes the page's place.
/// </summary>
public static class NextLink
{
    public static void Add(HttpContext context, string member, string value)
    {
        var kept = context.Request.Query.Where(
            given => given.Key != member && (given.Key, member) is not ("page", "cursor"));
        var query = new QueryBuilder(kept) { { member, value } };

        // Relative, because behind the gateway this service does not know the host that the caller used.
        context.Response.Headers.Append("Link", $"<{context.Request.Path.ToUriComponent()}{query}>; rel=\"next\"");
    }
}
