using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.DependencyInjection;

namespace Strava.ServiceDefaults.Http;

/// <summary>
/// No request may take what it likes: sizes and times. An endpoint narrows or widens them with its own metadata.
/// </summary>
internal static class RequestBounds
{
    /// <summary>Also the bound of a body AFTER decompression.</summary>
    public const long MaxBodyBytes = 32L * 1024 * 1024;

    /// <summary>
    /// Long, because a recording may come over a weak link; waits inside a handler have bounds of their own.
    /// </summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromMinutes(5);

    public static void AddRequestBounds(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MaxConcurrentConnections = 10_000;
        });
        builder.Services.Configure<FormOptions>(form =>
        {
            form.MultipartBodyLengthLimit = MaxBodyBytes;
            form.ValueCountLimit = 64;
        });
        builder.Services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = RequestTimeout,
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
        });
        builder.Services.AddRequestDecompression(options =>
        {
            // One coding is enough for a phone, and each one more is one more bomb.
            options.DecompressionProviders.Clear();
            options.DecompressionProviders.Add("gzip", new GzipRequests());
        });
    }
}
