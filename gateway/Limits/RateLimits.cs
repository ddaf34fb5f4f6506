using Microsoft.Extensions.Options;
using Strava.ServiceDefaults;
using Yarp.ReverseProxy.Model;

namespace Strava.Gateway.Limits;

/// <summary>An endpoint that is charged to a bucket of its own. A proxied route says so in its metadata.</summary>
internal sealed record ChargedTo(string Bucket)
{
    public const string Tokens = "tokens";
    public const string Uploads = "uploads";

    public static string? Of(HttpContext context)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        return metadata?.GetMetadata<ChargedTo>()?.Bucket
            ?? metadata?.GetMetadata<RouteModel>()?.Config.Metadata?.GetValueOrDefault("RateLimit");
    }
}

internal sealed class RateLimits(IOptions<RateLimitOptions> options) : IAsyncDisposable
{
    private readonly Bucket _address = new("address", options.Value.Address);
    private readonly Bucket _anonymous = new("anonymous", options.Value.Anonymous);
    private readonly Bucket _tokens = new(ChargedTo.Tokens, options.Value.Tokens);
    private readonly Bucket _athlete = new("athlete", options.Value.Athlete);
    private readonly Bucket _uploads = new(ChargedTo.Uploads, options.Value.Uploads);

    /// <summary>Before the token is checked: a flood must not cost a signature each.</summary>
    public async Task ChargeAddressAsync(HttpContext context, RequestDelegate next)
    {
        // A probe that is told "too many" would have the gateway killed just when it is busy.
        if (context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
            || await _address.TryEnterAsync(context, ClientAddress.Of(context)))
        {
            await next(context);
        }
    }

    /// <summary>Once it is known who asks, and also where it turned out that nobody known does.</summary>
    public async Task ChargeCallerAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
        {
            await next(context);
            return;
        }

        var athlete = context.User.Identity?.IsAuthenticated == true ? context.User.AthleteId().ToString() : null;
        var (bucket, key) = (ChargedTo.Of(context), athlete) switch
        {
            (ChargedTo.Tokens, _) => (_tokens, ClientAddress.Of(context)),
            (_, null) => (_anonymous, ClientAddress.Of(context)),
            (ChargedTo.Uploads, _) => (_uploads, athlete),
            _ => (_athlete, athlete),
        };
        if (await bucket.TryEnterAsync(context, key))
        {
            await next(context);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var bucket in new[] { _address, _anonymous, _tokens, _athlete, _uploads })
        {
            await bucket.DisposeAsync();
        }
    }
}

internal static class RateLimitsExtensions
{
    public static void AddRateLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<RateLimitOptions>, RateLimitOptionsValidator>();
        builder.Services.AddOptions<RateLimitOptions>().BindSettings(RateLimitOptions.Section);
        builder.Services.AddSingleton<RateLimits>();
    }

    public static void UseRateLimits(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<IOptions<RateLimitOptions>>().Value.Enabled)
        {
            app.Logger.LogWarning("RateLimits:Enabled is false: nothing is counted, for benchmarks only");
            return;
        }

        var limits = app.Services.GetRequiredService<RateLimits>();
        app.Use(limits.ChargeAddressAsync);

        // Asked again later, the authentication answers from memory: the token is checked once.
        app.UseAuthentication();
        app.Use(limits.ChargeCallerAsync);
    }
}
