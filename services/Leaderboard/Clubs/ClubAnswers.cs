using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Clubs;

/// <summary>What the answers about clubs share.</summary>
internal static class ClubAnswers
{
    public static ProblemHttpResult NoSuchClub() => Problems.NotFound("There is no such club.");

    /// <summary>Over all that is shown.</summary>
    public static EntityTagHeaderValue TagOf<T>(T shown) =>
        EntityTags.Weak(
            Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(shown)).AsSpan(0, 16)));

    /// <summary>
    /// This request's own query with the cursor in the place of the page. Relative, for the gateway's sake.
    /// </summary>
    public static void AddNextLink(HttpContext http, string cursor)
    {
        var kept = http.Request.Query.Where(given => given.Key is not ("cursor" or "page"));
        var query = new QueryBuilder(kept) { { "cursor", cursor } };
        http.Response.Headers.Append("Link", $"<{http.Request.Path.ToUriComponent()}{query}>; rel=\"next\"");
    }
}
