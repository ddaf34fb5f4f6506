using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Strava.ServiceDefaults;

/// <summary>
/// Refusals as values. `code` is stable and for programs, `detail` is a sentence for people, `retryable` tells the
/// phone
/// whether the same request may ever succeed (false: move the chunk to quarantine instead of sending it for ever).
/// `type`, `title`, `instance` and `traceId` are added when the answer is written.
/// </summary>
public static class Problems
{
    internal const string Code = "code";
    internal const string Retryable = "retryable";
    internal const string RetryAfterSeconds = "retryAfterSeconds";

    /// <summary>400: the request cannot be read (JSON, types, missing fields, unknown words).</summary>
    public static ProblemHttpResult Malformed(IReadOnlyDictionary<string, string[]> errors, string code = "malformed")
    {
        return WithErrors(StatusCodes.Status400BadRequest, code, errors);
    }

    public static ProblemHttpResult Malformed(string field, string sentence, string code = "malformed")
    {
        return Malformed(One(field, sentence), code);
    }

    /// <summary>422: readable, but it cannot be so (ranges, times).</summary>
    public static ProblemHttpResult Impossible(IReadOnlyDictionary<string, string[]> errors, string code = "impossible")
    {
        return WithErrors(StatusCodes.Status422UnprocessableEntity, code, errors);
    }

    public static ProblemHttpResult Impossible(string field, string sentence, string code = "impossible")
    {
        return Impossible(One(field, sentence), code);
    }

    /// <summary>
    /// 409: not in this state. Say the current state and what is allowed in <paramref name="extensions"/>.
    /// </summary>
    public static ProblemHttpResult Conflict(
        string code, string detail, IReadOnlyDictionary<string, object?>? extensions = null, bool retryable = false)
    {
        return Create(StatusCodes.Status409Conflict, code, detail, retryable, extensions);
    }

    /// <summary>404: not there, or not for you. The same words for both, so that nobody can tell which.</summary>
    public static ProblemHttpResult NotFound(string detail = "There is nothing here that you may see.")
    {
        return Create(StatusCodes.Status404NotFound, "not-found", detail);
    }

    /// <summary>403: you may see it, but not do this.</summary>
    public static ProblemHttpResult Forbidden(string detail, string code = "forbidden")
    {
        return Create(StatusCodes.Status403Forbidden, code, detail);
    }

    /// <summary>412: the caller's If-Match is not the current version.</summary>
    public static ProblemHttpResult PreconditionFailed(long currentVersion)
    {
        return Create(
            StatusCodes.Status412PreconditionFailed,
            "version-mismatch",
            $"It has changed since you read it: the current version is {currentVersion}.",
            extensions: new Dictionary<string, object?> { ["version"] = currentVersion });
    }

    /// <summary>413, naming the limit.</summary>
    public static ProblemHttpResult TooLarge(string detail, long? limit = null)
    {
        return Create(
            StatusCodes.Status413PayloadTooLarge,
            "too-large",
            detail,
            extensions: limit is null ? null : new Dictionary<string, object?> { ["limit"] = limit });
    }

    public static ProblemHttpResult UnsupportedMediaType(string detail)
    {
        return Create(StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", detail);
    }

    /// <summary>503 with Retry-After: something this needs is away; the same request may be sent again.</summary>
    public static ProblemHttpResult Unavailable(string detail, TimeSpan? retryAfter = null, string code = "unavailable")
    {
        var seconds = Math.Max(1, (int)Math.Ceiling((retryAfter ?? TimeSpan.FromSeconds(5)).TotalSeconds));
        var extensions = new Dictionary<string, object?> { [RetryAfterSeconds] = seconds };
        return Create(StatusCodes.Status503ServiceUnavailable, code, detail, retryable: true, extensions);
    }

    /// <summary>Any other refusal in the same shape.</summary>
    public static ProblemHttpResult Create(
        int status,
        string code,
        string detail,
        bool retryable = false,
        IReadOnlyDictionary<string, object?>? extensions = null)
    {
        var members = extensions is null ? [] : new Dictionary<string, object?>(extensions);
        members[Code] = code;
        members[Retryable] = retryable;
        return TypedResults.Problem(
            detail, statusCode: status, type: ProblemTypes.Of(
                code), title: ProblemTypes.TitleOf(status), extensions: members);
    }

    private static ProblemHttpResult WithErrors(int status, string code, IReadOnlyDictionary<string, string[]> errors)
    {
        var detail = string.Join(' ', errors.SelectMany(error => error.Value).Take(3));
        return Create(status, code, detail, extensions: new Dictionary<string, object?> { ["errors"] = errors });
    }

    private static Dictionary<string, string[]> One(string field, string sentence)
    {
        return new Dictionary<string, string[]> { [field] = [sentence] };
    }
}
