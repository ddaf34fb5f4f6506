using Microsoft.Extensions.Options;

namespace Strava.Gateway.Limits;

/// <summary>How often one caller may ask. The defaults are those of a public door.</summary>
internal sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>False for benchmarks: nothing is counted. Refused outside Development.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Takes the refusal back, for a benchmark of the real thing.</summary>
    public bool AllowDisabled { get; init; }

    /// <summary>Every request of an address, counted before its token is looked at: protects the processor.</summary>
    public BucketOptions Address { get; init; } = new() { Burst = 2_000, PerSecond = 500 };

    /// <summary>Requests of an address that prove no athlete. Athletes behind the same address do not pay.</summary>
    public BucketOptions Anonymous { get; init; } = new() { Burst = 100, PerSecond = 10 };

    /// <summary>POST /dev/token by address.</summary>
    public BucketOptions Tokens { get; init; } = new() { Burst = 20, PerSecond = 1 };

    /// <summary>All of an athlete's requests but the uploads.</summary>
    public BucketOptions Athlete { get; init; } = new() { Burst = 300, PerSecond = 20 };

    /// <summary>An athlete's points, recordings and imports: a phone that catches up can still read.</summary>
    public BucketOptions Uploads { get; init; } = new() { Burst = 300, PerSecond = 10 };
}

internal sealed class BucketOptions
{
    /// <summary>How many requests may come at once.</summary>
    public int Burst { get; init; }

    /// <summary>How many come back each second.</summary>
    public int PerSecond { get; init; }
}

internal sealed class RateLimitOptionsValidator(IHostEnvironment environment) : IValidateOptions<RateLimitOptions>
{
    private const int Max = 1_000_000;

    public ValidateOptionsResult Validate(string? name, RateLimitOptions options)
    {
        var faults = new List<string>();
        if (!options.Enabled && !options.AllowDisabled && !environment.IsDevelopment())
        {
            faults.Add(
                $"RateLimits:Enabled is false, but the environment is {environment.EnvironmentName}: whoever finds "
                + "the address may ask without end. Remove the setting, or set RateLimits:AllowDisabled=true too for "
                + "the time of a benchmark.");
        }

        Check(nameof(options.Address), options.Address, faults);
        Check(nameof(options.Anonymous), options.Anonymous, faults);
        Check(nameof(options.Tokens), options.Tokens, faults);
        Check(nameof(options.Athlete), options.Athlete, faults);
        Check(nameof(options.Uploads), options.Uploads, faults);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void Check(string name, BucketOptions bucket, List<string> faults)
    {
        if (bucket.Burst is < 1 or > Max)
        {
            faults.Add($"RateLimits:{name}:Burst must be a whole number from 1 to {Max}.");
        }

        if (bucket.PerSecond is < 1 or > Max)
        {
            faults.Add($"RateLimits:{name}:PerSecond must be a whole number from 1 to {Max}.");
        }
    }
}
