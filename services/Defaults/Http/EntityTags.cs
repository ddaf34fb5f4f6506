using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Strava.ServiceDefaults;

/// <summary>
/// Conditional requests. Strong tags for what a stream version decides alone, weak ones for what else flows in.
/// </summary>
public static class EntityTags
{
    public static EntityTagHeaderValue OfVersion(long version)
    {
        return new EntityTagHeaderValue($"\"v{version}\"");
    }

    /// <param name="text">Letters, digits and dashes only: versions joined, or a hash.</param>
    public static EntityTagHeaderValue Weak(string text)
    {
        return new EntityTagHeaderValue($"\"{text}\"", isWeak: true);
    }

    /// <summary>
    /// Sets ETag; true where the caller has just this already: answer <c>TypedResults.StatusCode(304)</c>.
    /// </summary>
    public static bool IsNotModified(HttpContext context, EntityTagHeaderValue current)
    {
        var response = context.Response.GetTypedHeaders();
        response.ETag = current;

        // Personal data: a shared cache must not keep it, the phone's own must ask each time.
        response.CacheControl = new CacheControlHeaderValue { Private = true, NoCache = true };
        return context.Request.GetTypedHeaders().IfNoneMatch.Any(
            known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(current, useStrongComparison: false));
    }

    public static bool IsNotModified(HttpContext context, long version)
    {
        return IsNotModified(context, OfVersion(version));
    }

    /// <summary>
    /// True where If-Match names other versions only: answer <see cref="Problems.PreconditionFailed"/>.
    /// </summary>
    public static bool IsMismatch(HttpRequest request, long currentVersion)
    {
        var current = OfVersion(currentVersion);
        var wanted = request.GetTypedHeaders().IfMatch;

        // A header that is there but unreadable promises nothing, so it must not pass as "no condition".
        return request.Headers.IfMatch.Count > 0 && !wanted.Any(
            tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(current, useStrongComparison: true));
    }
}
