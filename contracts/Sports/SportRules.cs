using System.Collections.Frozen;

namespace Strava.Contracts.Sports;

/// <summary>What differs between sports. A new sport is one more entry in <see cref="All"/> and one more
/// <see cref="Sport"/>.</summary>
/// <param name="Sport">The sport these rules are for.</param>
/// <param name="Word">The wire word, e.g. <c>RUN</c>.</param>
/// <param name="SamplingSeconds">Default seconds between two recorded points.</param>
/// <param name="MaxLegMillimetersPerSecond">A leg faster than this counts nothing and is marked (mm/s).</param>
/// <param name="StandingMillimetersPerSecond">Slower than this over a few seconds is standing still (mm/s).</param>
public sealed record SportRules(
    Sport Sport,
    string Word,
    int SamplingSeconds,
    int MaxLegMillimetersPerSecond,
    int StandingMillimetersPerSecond)
{
    private static readonly FrozenDictionary<Sport, SportRules> BySport = new SportRules[]
    {
        new(Sport.Run, "RUN", SamplingSeconds: 5,
            MaxLegMillimetersPerSecond: 12_500, StandingMillimetersPerSecond: 500)
        {
            EffortDistances =
            [
                new("400 m", 400_000),
                new("1 km", 1_000_000),
                new("1 mile", 1_609_344),
                EffortDistance.FiveKilometers,
                EffortDistance.TenKilometers,
                new("half marathon", 21_097_500),
                new("marathon", 42_195_000),
            ],
        },
        new(Sport.Ride, "RIDE", SamplingSeconds: 2,
            MaxLegMillimetersPerSecond: 35_000, StandingMillimetersPerSecond: 500)
        {
            EffortDistances =
            [
                EffortDistance.FiveKilometers,
                EffortDistance.TenKilometers,
                new("20 km", 20_000_000),
                new("40 km", 40_000_000),
            ],
        },
    }.ToFrozenDictionary(rules => rules.Sport);

    /// <summary>Distances over which best times are kept, shortest first.</summary>
    public IReadOnlyList<EffortDistance> EffortDistances { get; init; } = [];

    /// <summary>The rules of every sport.</summary>
    public static IEnumerable<SportRules> All => BySport.Values;

    /// <summary>The rules of one sport.</summary>
    /// <exception cref="KeyNotFoundException">The value is no defined sport.</exception>
    public static SportRules Of(Sport sport) => BySport[sport];

    /// <summary>Finds a sport by its wire word, in upper or lower case.</summary>
    /// <returns><c>null</c> when there is no such sport.</returns>
    public static Sport? Parse(string? word) =>
        All.FirstOrDefault(rules => string.Equals(rules.Word, word, StringComparison.OrdinalIgnoreCase))?.Sport;
}
