using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Strava.ServiceDefaults.Errors;

/// <summary>
/// The one place where an error leaves the process. Unlike the framework's writer it never looks at Accept: a caller
/// who
/// asks for text/html still gets the problem instead of an empty 400.
/// </summary>
internal sealed class ProblemWriter(IOptions<JsonOptions> json) : IProblemDetailsWriter
{
    private const string DefaultRetryAfterSeconds = "5";

    public bool CanWrite(ProblemDetailsContext context)
    {
        return true;
    }

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var http = context.HttpContext;
        var problem = context.ProblemDetails;
        Complete(problem, http);
        if (problem.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests
            && http.Response.Headers.RetryAfter.Count == 0)
        {
            var seconds = problem.Extensions.TryGetValue(Problems.RetryAfterSeconds, out var given) ? given : null;
            http.Response.Headers.RetryAfter =
                Convert.ToString(seconds, CultureInfo.InvariantCulture) is { Length: > 0 } text
                    ? text
                    : DefaultRetryAfterSeconds;
        }

        // A validator of a representation must not be attached to an error, nor may the error be kept.
        http.Response.Headers.ETag = default;
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsJsonAsync(
            problem,
            problem.GetType(),
            json.Value.SerializerOptions,
            "application/problem+json",
            http.RequestAborted);
    }

    private static void Complete(ProblemDetails problem, HttpContext http)
    {
        var status = problem.Status ?? http.Response.StatusCode;
        problem.Status = status;
        if (!problem.Extensions.TryGetValue(Problems.Code, out var given) || given is not string code)
        {
            code = ProblemTypes.CodeOf(status);
            problem.Extensions[Problems.Code] = code;
            problem.Type = ProblemTypes.Of(code);
        }

        problem.Type ??= ProblemTypes.Of(code);
        problem.Title ??= ProblemTypes.TitleOf(status);
        problem.Detail ??= ProblemTypes.DetailOf(status);
        problem.Instance ??= http.Request.Path;
        problem.Extensions.TryAdd(Problems.Retryable, ProblemTypes.IsRetryable(status));
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;
    }
}
