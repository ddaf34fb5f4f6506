using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;
using Strava.ServiceDefaults.Json;

namespace Strava.ServiceDefaults.Errors;

/// <summary>
/// Turns what was thrown into a problem. The text of an unforeseen exception goes to the log, never to the caller.
/// </summary>
internal sealed class ExceptionProblems(ILogger<ExceptionProblems> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(
        HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone: nobody reads an answer, and it is no fault of ours.
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var problem = ToProblem(exception);
        if (problem.StatusCode >= StatusCodes.Status500InternalServerError)
        {
            Log.RequestFailed(logger, context.Request.Method, context.Request.Path, problem.StatusCode, exception);
        }

        await problem.ExecuteAsync(context);
        return true;
    }

    private static ProblemHttpResult ToProblem(Exception exception)
    {
        return exception switch
        {
            BadHttpRequestException bad => BindingFaults.ToProblem(bad),
            JsonException json => JsonFaults.ToProblem(json),

            _ when IsBrokenForm(exception)
                => Problems.Malformed(
                    "body", "The form cannot be read: it is cut short or not what its Content-Type says."),
            DbException database when IsOutage(database)
                => Problems.Unavailable("The database is away for a moment; send the same request again."),
            UnavailableException away => Problems.Unavailable(away.Message),
            TimeoutException => Problems.Unavailable("This took too long; send the same request again."),
            _ => Problems.Create(
                StatusCodes.Status500InternalServerError,
                ProblemTypes.CodeOf(StatusCodes.Status500InternalServerError),
                "Something went wrong on our side.",
                retryable: true),
        };
    }

    /// <summary>The form reader has no exception of its own, so it is known by the assembly that threw.</summary>
    private static bool IsBrokenForm(Exception exception)
    {
        return exception is InvalidDataException or IOException
            && exception.Source is "Microsoft.AspNetCore.WebUtilities" or "Microsoft.AspNetCore.Http";
    }

    /// <summary>
    /// 08 = connection, 53 = out of resources (disk, connections), 57P = shutdown; Npgsql calls 57P01 not transient.
    /// </summary>
    private static bool IsOutage(DbException exception)
    {
        return exception.IsTransient
            || exception.SqlState is { } state
            && (state.StartsWith("08", StringComparison.Ordinal)
                || state.StartsWith("53", StringComparison.Ordinal)
                || state.StartsWith("57P", StringComparison.Ordinal));
    }
}

internal static partial class Log
{
    [LoggerMessage(9001, LogLevel.Error, "{Method} {Path} failed with {Status}")]
    public static partial void RequestFailed(
        ILogger logger, string method, string path, int status, Exception exception);
}
