using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.FeatureManagement;
using Microsoft.FeatureManagement.FeatureFilters;

namespace Strava.Leaderboards.Launch;

internal static class LaunchSwitchesExtensions
{
    public static WebApplicationBuilder AddLaunchSwitches(this WebApplicationBuilder builder)
    {
        LaunchFile.AddTo(builder.Configuration);
        builder.Services.AddLaunchSwitches();

        // Before anything is built from them: who is meant to be out might be in.
        builder.Services.AddOptions<LaunchOptions>().ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<LaunchOptions>, LaunchValidator>();
        return builder;
    }

    /// <summary>By the configuration that is there.</summary>
    public static IServiceCollection AddLaunchSwitches(this IServiceCollection services) => services
        .AddSingleton<IFeatureDefinitionProvider, LaunchDefinitions>().AddSingleton<LaunchSwitches>()
        .AddFeatureManagement().Services;

    private sealed class LaunchOptions;

    private sealed class LaunchValidator(IConfiguration configuration) : IValidateOptions<LaunchOptions>
    {
        public ValidateOptionsResult Validate(string? name, LaunchOptions options) =>
            LaunchRules.Read(configuration).Faults is { Count: > 0 } faults
                ? ValidateOptionsResult.Fail(faults)
                : ValidateOptionsResult.Success;
    }
}

/// <summary>
/// The dark launch: who is written and who is answered by what is new. To launch one more thing: name it in <see
/// cref="LaunchFeature"/>, ask <see cref="IsOnAsync"/> before each write and each read, and compare <see
/// cref="RuleFor"/> with what its store was filled by.
/// </summary>
/// <remarks>
/// <c>Launch:Clubs:Writes</c>, <c>:Reads</c> and <c>:Compare</c> are rules (<see cref="LaunchRule"/>),
/// <c>Launch:Clubs:Kill</c> is true or false and goes above them, <c>Launch:Cohorts:employees</c> lists athletes' ids.
/// Without a rule: all. The service does not start with what it cannot understand; while it runs, such a change is not
/// taken but for its kills.
/// </remarks>
internal sealed partial class LaunchSwitches : IDisposable
{
    private readonly IFeatureManager _features;
    private readonly ILogger<LaunchSwitches> _log;
    private readonly IDisposable _watch;
    private readonly Lock _reading = new();

    // Swapped as one reference when settings change.
    private volatile LaunchRules _rules;

    /// <exception cref="InvalidOperationException">The settings cannot be understood.</exception>
    public LaunchSwitches(IConfiguration configuration, IFeatureManager features, ILogger<LaunchSwitches> log)
    {
        (_features, _log, _rules) = (features, log, LaunchRules.Read(configuration));
        if (_rules.Faults.Count > 0)
        {
            throw new InvalidOperationException(string.Join(' ', _rules.Faults));
        }

        _watch = ChangeToken.OnChange(configuration.GetReloadToken, () => Take(configuration));
    }

    /// <summary>Everything of it is off, whatever its rules say.</summary>
    public bool IsKilled(LaunchFeature feature) => _rules.IsKilled(feature);

    /// <param name="feature">What.</param>
    /// <param name="part">Which switch of it.</param>
    /// <param name="target">The athlete who is written or who reads; the board that is to be compared.</param>
    public async ValueTask<bool> IsOnAsync(LaunchFeature feature, LaunchPart part, Guid target)
    {
        var rules = _rules;
        var rule = rules.For(feature, part);
        if (rule.IsOff || rule.IsAll)
        {
            return rule.IsAll;
        }

        var cohorts = rule.Cohorts.Where(cohort => rules.Cohort(cohort).Contains(target));
        var context = new TargetingContext { UserId = target.ToString("D"), Groups = [.. cohorts] };
        var name = LaunchDefinitions.NameOf($"{feature.Kind}.{feature.One}.{part}", rule);
        return await _features.IsEnabledAsync(name, context);
    }

    /// <summary>The rule in force, a kill heeded.</summary>
    public LaunchRule RuleFor(LaunchFeature feature, LaunchPart part) => _rules.For(feature, part);

    /// <summary>
    /// Changes whenever it may be on for others than before: what was written by another is to be written anew.
    /// </summary>
    public string FingerprintOf(LaunchFeature feature, LaunchPart part)
    {
        var rules = _rules;
        var rule = rules.For(feature, part);
        var members = rule.Cohorts.Select(cohort => $"{cohort}:{string.Join('+', rules.Cohort(cohort).Order())}");
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('/', members)));
        return rule.Cohorts.Count == 0 ? rule.ToString() : $"{rule} {Convert.ToHexStringLower(hash.AsSpan(0, 8))}";
    }

    public void Dispose() => _watch.Dispose();

    private void Take(IConfiguration configuration)
    {
        lock (_reading)
        {
            var read = LaunchRules.Read(configuration);
            _rules = read.Faults.Count == 0 ? read : _rules.Killing(read);
            foreach (var fault in read.Faults)
            {
                LogNotTaken(_log, fault);
            }
        }
    }

    [LoggerMessage(
        5301,
        LogLevel.Error,
        "The changed launch rules are not taken, those before hold on, but for what is killed: {Fault}")]
    private static partial void LogNotTaken(ILogger log, string fault);
}
