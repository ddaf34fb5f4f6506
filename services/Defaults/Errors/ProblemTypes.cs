using Microsoft.AspNetCore.WebUtilities;

namespace Strava.ServiceDefaults;

/// <summary>`type` is a relative reference, so that it stays the same behind every host name.</summary>
internal static class ProblemTypes
{
    public static string Of(string code)
    {
        return $"/problems/{code}";
    }

    public static string TitleOf(int status)
    {
        var phrase = ReasonPhrases.GetReasonPhrase(status);
        return phrase.Length == 0 ? "Error" : phrase;
    }

    /// <summary>The code of an answer that nobody gave one: an unknown route, a missing token, a crash.</summary>
    public static string CodeOf(int status)
    {
        return status switch
        {
            400 => "malformed",
            401 => "unauthenticated",
            403 => "forbidden",
            404 => "not-found",
            405 => "method-not-allowed",
            408 => "request-timeout",
            409 => "conflict",
            412 => "version-mismatch",
            413 => "too-large",
            415 => "unsupported-media-type",
            422 => "impossible",
            429 => "too-many-requests",
            503 => "unavailable",
            >= 500 => "internal",
            _ => $"http-{status}",
        };
    }

    /// <summary>The sentence of an answer that nobody gave one.</summary>
    public static string DetailOf(int status)
    {
        return status switch
        {
            401 => "A valid token is needed: Authorization: Bearer <token>.",
            404 => "There is nothing at this address.",
            405 => "This address does not take this method; the Allow header names those that it takes.",
            413 => "The body is larger than this address takes.",
            415 => "This address does not read that Content-Type.",
            _ => $"{TitleOf(status)}.",
        };
    }

    /// <summary>A 4xx says: never send this again as it is. The exceptions are those that time can cure.</summary>
    public static bool IsRetryable(int status)
    {
        return status is 401 or 408 or 425 or 429 or >= 500;
    }
}
