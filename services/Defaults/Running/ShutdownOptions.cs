using Microsoft.Extensions.Options;

namespace Strava.ServiceDefaults.Running;

/// <summary>How the process ends on SIGTERM without cutting a request.</summary>
internal sealed class ShutdownOptions
{
    public const string Section = "Shutdown";

    /// <summary>
    /// From the moment when readiness turns red until connections are refused: as long as a load balancer needs to
    /// notice. Default: none in Development, 5 s elsewhere.
    /// </summary>
    public TimeSpan? DrainDelay { get; set; }

    /// <summary>What requests under way and background work have to end after that.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(25);
}

internal sealed class ShutdownOptionsValidator : IValidateOptions<ShutdownOptions>
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public ValidateOptionsResult Validate(string? name, ShutdownOptions options)
    {
        var faults = new List<string>();
        if (options.DrainDelay is { } delay && (delay < TimeSpan.Zero || delay > Longest))
        {
            faults.Add("Shutdown:DrainDelay must be a time from 00:00:00 to 00:10:00, for example 00:00:05.");
        }

        if (options.Timeout <= TimeSpan.Zero || options.Timeout > Longest)
        {
            faults.Add("Shutdown:Timeout must be a time above 00:00:00 and up to 00:10:00, for example 00:00:25.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
