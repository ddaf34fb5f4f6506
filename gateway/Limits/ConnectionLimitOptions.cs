using Microsoft.Extensions.Options;

namespace Strava.Gateway.Limits;

/// <summary>What one request and one connection may take: sizes, times, numbers.</summary>
internal sealed class ConnectionLimitOptions
{
    public const string Section = "Limits";

    /// <summary>The largest body that any route takes; routes narrow it (MaxRequestBodySize). Beyond: 413.</summary>
    public long MaxBodyBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>Half of what the services take, so that what we add never makes them refuse. Beyond: 431.</summary>
    public int MaxHeaderBytes { get; init; } = 16 * 1024;

    /// <summary>Beyond: 431.</summary>
    public int MaxHeaderCount { get; init; } = 64;

    /// <summary>Method, path and query together. Beyond: 414.</summary>
    public int MaxRequestLineBytes { get; init; } = 8 * 1024;

    /// <summary>The headers must be there by then. Beyond: 408.</summary>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A slower body, once the grace is over: 408. Also the slowest reader of an answer.</summary>
    public int MinBytesPerSecond { get; init; } = 240;

    /// <summary>A weak link may stand still for so long.</summary>
    public TimeSpan SlowGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>An idle connection is closed after this.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>From the first byte of the body to the last of the answer. Beyond: 503.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Beyond: the new connection is closed.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Open connections of one address; trusted proxies are not counted.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 1_000;

    /// <summary>Requests at a time within one HTTP/2 connection.</summary>
    public int MaxStreamsPerConnection { get; init; } = 100;
}

internal sealed class ConnectionLimitOptionsValidator : IValidateOptions<ConnectionLimitOptions>
{
    private const string Section = ConnectionLimitOptions.Section;

    public ValidateOptionsResult Validate(string? name, ConnectionLimitOptions options)
    {
        var faults = new List<string>();
        Check(nameof(options.MaxBodyBytes), options.MaxBodyBytes, 1024, 1L << 30, faults);
        Check(nameof(options.MaxHeaderBytes), options.MaxHeaderBytes, 1024, 1 << 20, faults);
        Check(nameof(options.MaxHeaderCount), options.MaxHeaderCount, 8, 1_000, faults);
        Check(nameof(options.MaxRequestLineBytes), options.MaxRequestLineBytes, 256, 64 * 1024, faults);
        Check(nameof(options.MinBytesPerSecond), options.MinBytesPerSecond, 1, 1 << 20, faults);
        Check(nameof(options.MaxConnections), options.MaxConnections, 1, 1_000_000, faults);
        Check(nameof(options.MaxConnectionsPerAddress), options.MaxConnectionsPerAddress, 1, 1_000_000, faults);
        Check(nameof(options.MaxStreamsPerConnection), options.MaxStreamsPerConnection, 1, 1_000, faults);
        Check(nameof(options.HeadersTimeout), options.HeadersTimeout, faults);
        Check(nameof(options.KeepAliveTimeout), options.KeepAliveTimeout, faults);
        Check(nameof(options.RequestTimeout), options.RequestTimeout, faults);
        if (options.SlowGrace <= TimeSpan.FromSeconds(1) || options.SlowGrace > TimeSpan.FromMinutes(5))
        {
            // Kestrel looks once a second and takes no shorter grace.
            faults.Add($"{Section}:{nameof(options.SlowGrace)} must be more than one second and at most five minutes.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void Check(string name, long value, long min, long max, List<string> faults)
    {
        if (value < min || value > max)
        {
            faults.Add($"{Section}:{name} must be from {min} to {max}.");
        }
    }

    private static void Check(string name, TimeSpan value, List<string> faults)
    {
        if (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromHours(1))
        {
            faults.Add($"{Section}:{name} must be from one second to one hour, for example 00:00:10.");
        }
    }
}
