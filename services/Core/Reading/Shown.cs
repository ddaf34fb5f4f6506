using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Strava.ServiceDefaults;

namespace Strava.Core.Reading;

public static class Shown
{
    /// <summary>200 with a tag over all that is shown, or 304 to who has just that.</summary>
    /// <param name="http">The request.</param>
    /// <param name="answer">Its answer.</param>
    /// <param name="but">The same without what moves by itself, if anything does.</param>
    public static Results<Ok<T>, StatusCodeHttpResult, ProblemHttpResult> As<T>(
        HttpContext http, T answer, T? but = null)
        where T : class
    {
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(but ?? answer));
        return EntityTags.IsNotModified(http, EntityTags.Weak(Convert.ToHexStringLower(hash.AsSpan(0, 16))))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(answer);
    }
}
