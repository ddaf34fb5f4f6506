using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Microsoft.FeatureManagement;
using Microsoft.FeatureManagement.FeatureFilters;

namespace Strava.Leaderboards.Launch;

internal static class LaunchSwitchesExtensions
{
    public static WebApplicationBuilder AddLaunchSwitches(this WebApplicationBuilder builder)
    {
        // A file of its own, read again when it changes: switching needs no restart.
        if (builder.Configuration["Launch:File"] is { Length: > 0 } file)
        {
            builder.Configuration.AddJsonFile(Path.GetFullPath(file), optional: true, reloadOnChange: true);
        }

        builder.Services.AddLaunchSwitches();
        return builder;
    }

    /// <summary>By the configuration that is there.</summary>
    public static IServiceCollection AddLaunchSwitches(this IServiceCollection services) => services
        .AddSingleton<IFeatureDefinitionProvider, LaunchDefinitions>().AddSingleton<LaunchSwitches>()
        .AddFeatureManagement().Services;
}

/// <summary>
/// The dark launch: who is written and who is answered by what is new. To launch one more thing: name it in <see
/// cref="LaunchFeature"/>, ask <see cref="IsOnAsync"/> before each write and each read, and compare <see
/// cref="RuleFor"/> with what its store was filled by.
/// </summary>
/// <remarks>
/// <c>Launch:Clubs:Writes</c>, <c>:Reads</c> and <c>:Compare</c> are rules (<see cref="LaunchRule"/>),
/// <c>Launch:Clubs:Kill</c> is true or false and goes above them, <c>Launch:Cohorts:employees</c> lists athletes' ids.
/// Without a rule: all. One that cannot be understood is off, and said once.
/// </remarks>
internal sealed partial class LaunchSwitches : IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly IFeatureManager _features;
    private readonly ILogger<LaunchSwitches> _log;
    private readonly IDisposable _watch;

    // Swapped as one reference when settings change.
    private volatile Read _read = new();

    public LaunchSwitches(IConfiguration configuration, IFeatureManager features, ILogger<LaunchSwitches> log)
    {
        (_configuration, _features, _log) = (configuration, features, log);
        _watch = ChangeToken.OnChange(configuration.GetReloadToken, () => _read = new Read());
    }

    /// <summary>Everything of it is off, whatever its rules say.</summary>
    public bool IsKilled(LaunchFeature feature) => feature.Sections.Any(section =>
        _configuration[$"{section}:Kill"] is { Length: > 0 } text && (!bool.TryParse(text, out var killed) || killed));

    /// <param name="feature">What.</param>
    /// <param name="part">Which switch of it.</param>
    /// <param name="target">The athlete who is written or who reads; the board that is to be compared.</param>
    public async ValueTask<bool> IsOnAsync(LaunchFeature feature, LaunchPart part, Guid target)
    {
        var rule = RuleFor(feature, part);
        if (rule.IsOff || rule.IsAll)
        {
            return rule.IsAll;
        }

        var context = new TargetingContext { UserId = target.ToString("D"), Groups = CohortsOf(target, rule) };
        var name = LaunchDefinitions.NameOf($"{feature.Kind}.{feature.One}.{part}", rule);
        return await _features.IsEnabledAsync(name, context);
    }

    /// <summary>The rule in force, a kill heeded.</summary>
    public LaunchRule RuleFor(LaunchFeature feature, LaunchPart part)
    {
        if (IsKilled(feature))
        {
            return LaunchRule.Off;
        }

        var text = feature.Sections.Select(section => _configuration[$"{section}:{part}"])
            .FirstOrDefault(rule => rule is not null);
        return text is null ? LaunchRule.All : _read.Rules.GetOrAdd(text, Understand);
    }

    /// <summary>
    /// Changes whenever it may be on for others than before: what was written by another is to be written anew.
    /// </summary>
    public string FingerprintOf(LaunchFeature feature, LaunchPart part)
    {
        var rule = RuleFor(feature, part);
        var members = rule.Cohorts.Select(cohort => $"{cohort}:{string.Join('+', Cohort(cohort).Order())}");
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('/', members)));
        return rule.Cohorts.Count == 0 ? rule.ToString() : $"{rule} {Convert.ToHexStringLower(hash.AsSpan(0, 8))}";
    }

    public void Dispose() => _watch.Dispose();

    private LaunchRule Understand(string text)
    {
        if (LaunchRule.Parse(text) is { } rule)
        {
            return rule;
        }

        LogNoRule(_log, text);
        return LaunchRule.Off;
    }

    private string[] CohortsOf(Guid athlete, LaunchRule rule) =>
        [.. rule.Cohorts.Where(cohort => Cohort(cohort).Contains(athlete))];

    private HashSet<Guid> Cohort(string name) => _read.Cohorts.GetOrAdd(name, _ =>
    {
        var section = _configuration.GetSection($"Launch:Cohorts:{name}");
        var listed = section.GetChildren().Select(one => one.Value).Append(section.Value);
        return [.. from text in listed
                   from word in (text ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)
                   let id = Guid.TryParse(word, out var parsed) ? parsed : (Guid?)null
                   where id is not null
                   select id.Value];
    });

    private sealed class Read
    {
        public ConcurrentDictionary<string, LaunchRule> Rules { get; } = new();

        public ConcurrentDictionary<string, HashSet<Guid>> Cohorts { get; } = new();
    }

    [LoggerMessage(
        5301,
        LogLevel.Error,
        "The launch rule \"{Rule}\" cannot be understood and means off; write off, all, cohorts or 10%")]
    private static partial void LogNoRule(ILogger log, string rule);
}
