using Strava.Contracts.Sports;

namespace Strava.Leaderboards.Boards;

/// <summary>One board. The only place that builds keys.</summary>
/// <remarks>
/// The whole name is the hash tag: a board and its fence share a slot of a Redis Cluster, other boards lie elsewhere.
/// </remarks>
internal sealed record BoardKey(Sport Sport, Place Place, Window Window, Period Period)
{
    /// <summary>Matches every board and every fence, and nothing else.</summary>
    public const string Pattern = "leaderboard:{*";

    /// <summary>Hash: generation, at (ms), refill.</summary>
    public const string Watermark = "leaderboard:watermark";

    /// <summary>
    /// The sorted set, e.g. <c>leaderboard:{run:US:week:2026-W47}</c>, <c>leaderboard:{ride:global:all}</c> or
    /// <c>leaderboard:{run:city:novo%20mesto:day:2026-11-22}</c>.
    /// </summary>
    public string Scores { get; } =
        $"leaderboard:{{{SportRules.Of(Sport).Word.ToLowerInvariant()}:{Place.Key}:{Window.Word}{Suffix(Period)}}}";

    /// <summary>Hash: partition to the last writer's token.</summary>
    public string Fence => $"{Scores}:fence";

    public override string ToString() => Scores;

    private static string Suffix(Period period) => period.Text is { } text ? $":{text}" : string.Empty;
}
