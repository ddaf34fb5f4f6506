using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Clubs;

/// <summary>
/// A club's board of a week: a sorted set for each column and a hash of totals. The only place that builds their keys.
/// </summary>
/// <remarks>The tag is club and week, so all keys of one board share a slot of a Redis Cluster.</remarks>
internal sealed record ClubBoardKey(long Club, Period Week)
{
    /// <summary>Matches every key of every board, and nothing else.</summary>
    public const string Pattern = "leaderboard:club:{*";

    /// <summary>Hash: generation, at (ms), refill.</summary>
    public const string Watermark = "leaderboard:club:watermark";

    /// <summary>E.g. <c>leaderboard:club:{17:2026-W47}</c>.</summary>
    public string Stem { get; } = $"leaderboard:club:{{{Club}:{Week.Text}}}";

    /// <summary>Hash: member to serialised totals.</summary>
    public string Totals => $"{Stem}:totals";

    /// <summary>Hash: partition to the last writer's token.</summary>
    public string Fence => $"{Stem}:fence";

    /// <summary>Sorted set: member to score.</summary>
    public string Scores(ClubColumn column) => $"{Stem}:{column.Word}";

    public override string ToString() => Stem;
}
