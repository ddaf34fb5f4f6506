using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Strava.ServiceDefaults;

namespace Strava.Core.Idempotency;

/// <summary>
/// <c>Idempotency-Key</c>, optional on every write: the same key and body get the same answer and no second effect, the
/// same key with another body 422. A refusal has no effect and keeps no key: it may be tried again.
/// </summary>
public static class IdempotencyKeys
{
    private const string Header = "Idempotency-Key";

    /// <summary>
    /// After authentication and decompression. The handlers say what is kept: <see cref="KeptAnswers"/>.
    /// </summary>
    /// <param name="app">The service.</param>
    /// <param name="databaseOf">Where the effects of a caller's requests are stored; <c>null</c>: the service's one
    /// database.</param>
    public static void UseIdempotencyKeys(this WebApplication app, Func<HttpContext, NpgsqlDataSource>? databaseOf = null)
    {
        databaseOf ??= _ => app.Services.GetRequiredService<NpgsqlDataSource>();
        app.Use((context, next) => AnswerAsync(context, next, databaseOf));
    }

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next, Func<HttpContext, NpgsqlDataSource> databaseOf)
    {
        if (!context.Request.Headers.TryGetValue(Header, out var given) || !IsWrite(context))
        {
            await next(context);
            return;
        }

        if (IdempotentRequest.ParseKey(given) is not { } key)
        {
            var sentence = $"{Header} is given once, as 1 to {IdempotentRequest.MaxKeyCharacters} printable ASCII characters.";
            await Problems.Malformed(Header, sentence, "idempotency-key-malformed").ExecuteAsync(context);
            return;
        }

        var request = await IdempotentRequest.ReadAsync(context, key);
        if (await IsAnsweredAsync(context, request, databaseOf(context)))
        {
            return;
        }

        context.Features.Set(request);
        try
        {
            await next(context);
        }
        catch (PostgresException exception) when (exception is
        { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: KeptAnswers.PrimaryKey })
        {
            // The same key came twice at once: the other one was first, and nothing of this one is stored.
            if (!await IsAnsweredAsync(context, request, databaseOf(context)))
            {
                throw;
            }
        }
    }

    private static bool IsWrite(HttpContext context) =>
        !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method)
        && context.GetEndpoint() is not null && context.User.Identity is { IsAuthenticated: true };

    private static async Task<bool> IsAnsweredAsync(HttpContext context, IdempotentRequest request, NpgsqlDataSource database)
    {
        if (await KeptAnswers.FindAsync(database, request, context.RequestAborted) is not { } kept)
        {
            return false;
        }

        if (!kept.Fingerprint.AsSpan().SequenceEqual(request.Fingerprint))
        {
            await Problems.Impossible(
                Header, "This key was used for another request; make a new one for each.", "idempotency-key-reused")
                .ExecuteAsync(context);
            return true;
        }

        var response = context.Response;
        response.StatusCode = kept.Status;
        response.Headers.Location = kept.Location;
        response.Headers.ETag = kept.ETag;
        response.Headers["Idempotent-Replayed"] = "true";
        if (kept.Body is not null)
        {
            response.ContentType = "application/json; charset=utf-8";
            await response.WriteAsync(kept.Body, context.RequestAborted);
        }

        return true;
    }
}
