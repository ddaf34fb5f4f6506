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

    /// <summary>Matches boards alone.</summary>
    public const string BoardPattern = "leaderboard:{*}";

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

    /// <returns><c>null</c>: none of ours.</returns>
    public static BoardKey? Parse(string key)
    {
        if (!key.StartsWith("leaderboard:{", StringComparison.Ordinal) || !key.EndsWith('}'))
        {
            return null;
        }

        // run:US:week:2026-W47; a city has a word before its name, and no colon in it.
        var words = key["leaderboard:{".Length..^1].Split(':');
        var at = words.Length > 1 && words[1] == PlaceKind.City.Word ? 3 : 2;
        if (words.Length <= at
            || SportRules.Parse(words[0]) is not { } sport
            || PlaceOf(words[1..at]) is not { } place
            || Window.Find(words[at]) is not { } window)
        {
            return null;
        }

        var period = words.Length == at + 2 ? window.Parse(words[at + 1])
            : window.PeriodForm is null ? Period.Ever
            : null;
        return period is not null && new BoardKey(sport, place, window, period) is var found && found.Scores == key
            ? found
            : null;
    }

    public override string ToString() => Scores;

    private static Place? PlaceOf(string[] words) =>
        words.Length == 2 ? new Place(PlaceKind.City, words[1])
        : PlaceKind.All.Where(kind => kind != PlaceKind.City)
            .Select(kind => Place.Parse(kind == PlaceKind.Global ? words[0] : $"{kind.Word}:{words[0]}"))
            .FirstOrDefault(place => place is not null);

    private static string Suffix(Period period) => period.Text is { } text ? $":{text}" : string.Empty;
}
