using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Strava.ServiceDefaults.Auth;

internal static partial class BearerEvents
{
    /// <summary>
    /// Longer than any wait for discovery may be, so that a dead issuer costs a request seconds and never minutes.
    /// </summary>
    private static readonly TimeSpan IssuerPatience = TimeSpan.FromSeconds(5);

    private static readonly object IssuerAbsent = new();

    public static async Task RefuseUnreadableAsync(MessageReceivedContext context)
    {
        var given = context.Request.Headers.Authorization;
        if (given.Count > 1)
        {
            // Two identities in one request: a proxy and a service might each believe another one.
            context.Fail("More than one Authorization header.");
            return;
        }

        if (given.Count == 1 && !await HasIssuerAsync(context))
        {
            // "Try again" and not "your token is bad": a 401 would sign the athlete out.
            context.HttpContext.Items[IssuerAbsent] = true;
            context.Fail("The token issuer cannot be reached.");
        }
    }

    public static Task RequireSubjectAsync(TokenValidatedContext context)
    {
        if (string.IsNullOrWhiteSpace(context.Principal?.FindFirst("sub")?.Value))
        {
            context.Fail("The token names no subject.");
        }

        return Task.CompletedTask;
    }

    public static async Task ExplainAbsentIssuerAsync(JwtBearerChallengeContext context)
    {
        if (context.HttpContext.Items.ContainsKey(IssuerAbsent))
        {
            context.HandleResponse();
            await Problems.Unavailable("Tokens cannot be checked for a moment; send the same request again.")
                .ExecuteAsync(context.HttpContext);
        }
    }

    public static Task ExplainForbiddenAsync(ForbiddenContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer error=\"insufficient_scope\"";
        return Task.CompletedTask;
    }

    private static async Task<bool> HasIssuerAsync(MessageReceivedContext context)
    {
        if (context.Options.ConfigurationManager is not { } issuer)
        {
            return true;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.HttpContext.RequestAborted);
        patience.CancelAfter(IssuerPatience);
        try
        {
            // Answers from memory once it has been read; while it has not, every request tries, one at a time.
            await issuer.GetConfigurationAsync(patience.Token);
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException or HttpRequestException
            or OperationCanceledException && !context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            var logger = context.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>()
                .CreateLogger(typeof(BearerEvents));
            IssuerUnreachable(logger, context.Options.Authority, exception.Message);
            return false;
        }
    }

    [LoggerMessage(9002, LogLevel.Warning, "The token issuer {Authority} cannot be reached: {Reason}")]
    private static partial void IssuerUnreachable(ILogger logger, string? authority, string reason);
}
