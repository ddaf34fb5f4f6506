using System.Globalization;
using System.Threading.RateLimiting;
using Strava.ServiceDefaults;

namespace Strava.Gateway.Limits;

/// <summary>
/// A token bucket for each key. The framework drops a key's bucket once it is full again and ten seconds idle, so
/// memory follows the callers of the last moments and not all that ever came.
/// </summary>
internal sealed class Bucket : IAsyncDisposable
{
    private readonly string _name;
    private readonly string _policy;
    private readonly PartitionedRateLimiter<string> _limiter;

    public Bucket(string name, BucketOptions options)
    {
        _name = name;

        // q requests within w seconds: what an empty bucket takes to be full again.
        var windowSeconds = (options.Burst + options.PerSecond - 1) / options.PerSecond;
        _policy = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={options.Burst};w={windowSeconds}");
        var bucket = new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.Burst,
            TokensPerPeriod = options.PerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),

            // Who waits in a queue holds a connection and a body; who is told when to come back holds nothing.
            QueueLimit = 0,
        };
        _limiter = PartitionedRateLimiter.Create<string, string>(
            key => RateLimitPartition.GetTokenBucketLimiter(key, _ => bucket));
    }

    /// <summary>True when the request may go on; else the 429 is written.</summary>
    public async ValueTask<bool> TryEnterAsync(HttpContext context, string key)
    {
        using var lease = _limiter.AttemptAcquire(key);
        if (lease.IsAcquired)
        {
            return true;
        }

        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var given) ? given : TimeSpan.FromSeconds(1);
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.Response.Headers["RateLimit-Policy"] = _policy;
        context.Response.Headers["RateLimit"] =
            string.Create(CultureInfo.InvariantCulture, $"\"{_name}\";r=0;t={seconds}");
        var problem = Problems.Create(
            StatusCodes.Status429TooManyRequests,
            "too-many-requests",
            $"Too many requests at once; send this one again after {seconds} s.",
            retryable: true,
            new Dictionary<string, object?> { ["retryAfterSeconds"] = seconds, ["limit"] = _name });
        await problem.ExecuteAsync(context);
        return false;
    }

    public ValueTask DisposeAsync()
    {
        return _limiter.DisposeAsync();
    }
}
