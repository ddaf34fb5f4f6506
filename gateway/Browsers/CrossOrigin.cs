using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using Strava.ServiceDefaults;

namespace Strava.Gateway.Browsers;

/// <summary>Which web sites' scripts may call us from a browser. None unless listed; phones do not ask.</summary>
internal sealed class CrossOriginOptions
{
    public const string Section = "Cors";

    /// <summary>For example https://app.example.org.</summary>
    public string[] Origins { get; init; } = [];
}

internal sealed class CrossOriginOptionsValidator : IValidateOptions<CrossOriginOptions>
{
    public ValidateOptionsResult Validate(string? name, CrossOriginOptions options)
    {
        var faults = options.Origins
            .Where(origin => !IsOrigin(origin))
            .Select(origin => $"Cors:Origins holds '{origin}', which is no origin such as https://app.example.org: "
                + "scheme and host, nothing behind them, and no asterisk.")
            .ToArray();
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsOrigin(string text)
    {
        return Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https"
            && !text.Contains('*', StringComparison.Ordinal)
            && string.Equals(uri.GetLeftPart(UriPartial.Authority), text, StringComparison.Ordinal);
    }
}

internal static class CrossOrigin
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    private static readonly string[] RequestHeaders =
    [
        "Authorization", "Content-Type", "Content-Encoding", "If-Match", "If-None-Match", "Idempotency-Key",
        "traceparent",
    ];

    private static readonly string[] ExposedHeaders =
    [
        "ETag", "Link", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "WWW-Authenticate",
        "Idempotent-Replayed",
    ];

    private static readonly TimeSpan PreflightAge = TimeSpan.FromMinutes(10);

    public static void AddCrossOrigin(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<CrossOriginOptions>, CrossOriginOptionsValidator>();
        builder.Services.AddOptions<CrossOriginOptions>().BindSettings(CrossOriginOptions.Section);
        builder.Services.AddCors();
        builder.Services.AddOptions<CorsOptions>().Configure<IOptions<CrossOriginOptions>>((cors, options) =>
            cors.AddDefaultPolicy(policy => policy

                // No credentials: the token travels in a header that a script sets, there are no cookies.
                .WithOrigins(options.Value.Origins)
                .WithMethods(Methods)
                .WithHeaders(RequestHeaders)
                .WithExposedHeaders(ExposedHeaders)
                .SetPreflightMaxAge(PreflightAge)));
    }

    public static void UseCrossOrigin(this WebApplication app)
    {
        var listed = app.Services.GetRequiredService<IOptions<CrossOriginOptions>>().Value.Origins
            .ToHashSet(StringComparer.Ordinal);
        app.Use((HttpContext context, RequestDelegate next) =>
        {
            var isPreflight = HttpMethods.IsOptions(context.Request.Method)
                && context.Request.Headers.AccessControlRequestMethod.Count > 0;
            return isPreflight && !listed.Contains(context.Request.Headers.Origin.ToString())
                ? Problems.Forbidden("Pages of this origin may not call us.", "origin-refused").ExecuteAsync(context)
                : next(context);
        });
        app.UseCors();
    }
}
