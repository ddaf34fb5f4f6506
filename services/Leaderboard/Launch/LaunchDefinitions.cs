using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.FeatureManagement;

namespace Strava.Leaderboards.Launch;

/// <summary>
/// The launch rules as the library's own definitions: it decides who is in a percentage (by a hash of the athlete and
/// the feature, so that 10 % are among the later 50 %) and who is in a cohort.
/// </summary>
internal sealed class LaunchDefinitions : IFeatureDefinitionProvider
{
    private const int MaxKept = 10_000;
    private readonly ConcurrentDictionary<string, FeatureDefinition> _definitions = new();

    /// <summary>
    /// A feature's name holds its rule, so another rule is another feature and nothing has to be forgotten.
    /// </summary>
    public static string NameOf(string feature, LaunchRule rule) => $"{feature}={rule}";

    public Task<FeatureDefinition> GetFeatureDefinitionAsync(string featureName)
    {
        if (_definitions.Count > MaxKept)
        {
            _definitions.Clear();
        }

        return Task.FromResult(_definitions.GetOrAdd(featureName, Define));
    }

    public IAsyncEnumerable<FeatureDefinition> GetAllFeatureDefinitionsAsync() =>
        _definitions.Values.ToAsyncEnumerable();

    private static FeatureDefinition Define(string name)
    {
        var split = name.IndexOf('=', StringComparison.Ordinal);
        var (feature, parsed) = (name[..split], LaunchRule.Parse(name[(split + 1)..]) ?? LaunchRule.Off);
        return new FeatureDefinition
        {
            Name = feature,
            EnabledFor = parsed.IsOff ? [] : [new() { Name = "Microsoft.Targeting", Parameters = Audience(parsed) }],
        };
    }

    private static IConfigurationRoot Audience(LaunchRule rule)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Audience:DefaultRolloutPercentage"] = rule.Percent.ToString(CultureInfo.InvariantCulture),
        };
        for (var i = 0; i < rule.Cohorts.Count; i++)
        {
            settings[$"Audience:Groups:{i}:Name"] = rule.Cohorts[i];
            settings[$"Audience:Groups:{i}:RolloutPercentage"] = "100";
        }

        return new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
    }
}
