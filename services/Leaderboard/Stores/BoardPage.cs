using System.Globalization;
using StackExchange.Redis;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Stores;

internal sealed record BoardLine(long Rank, long Athlete, BoardScore Score)
{
    /// <param name="answer">Of <see cref="BoardScripts.Lines"/>.</param>
    /// <param name="athlete">Whose.</param>
    public static BoardLine From(RedisResult[] answer, long athlete) => new(
        1 + (long)answer[1], athlete, BoardScore.Unpack(long.Parse((string)answer[0]!, CultureInfo.InvariantCulture)));
}

/// <summary>A page of a board and the viewer's line, as Redis told them.</summary>
/// <param name="Lines">Best first.</param>
/// <param name="Viewer">The viewer's line; <c>null</c>: not on this board.</param>
/// <param name="Neighbours">The lines around the viewer's, and that one; empty where none were wanted.</param>
/// <param name="Next">Where the next page begins; <c>null</c>: this is the last.</param>
/// <param name="Total">Athletes on the board.</param>
/// <param name="At">All changes before this are in it.</param>
/// <param name="IsWhole">False while the boards are being filled again, or are about to be.</param>
internal sealed record BoardPage(
    IReadOnlyList<BoardLine> Lines,
    BoardLine? Viewer,
    IReadOnlyList<BoardLine> Neighbours,
    BoardCursor? Next,
    long Total,
    DateTimeOffset At,
    bool IsWhole)
{
    /// <summary>Older than this it is stale.</summary>
    public TimeSpan FreshFor { get; init; } = TimeSpan.FromSeconds(5);

    public bool IsStale(DateTimeOffset now) => !IsWhole || now - At > FreshFor;

    /// <param name="answer">Of <see cref="BoardScripts.Read"/>.</param>
    /// <param name="viewer">Whose line was asked for, if any.</param>
    /// <param name="mark">The watermark's fields.</param>
    public static BoardPage From(RedisResult[] answer, long? viewer, HashEntry[] mark)
    {
        var fields = mark.ToDictionary(field => (string)field.Name!, field => field.Value);
        var at = fields.TryGetValue("at", out var given)
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)given)
            : DateTimeOffset.UnixEpoch;
        var whole = fields.ContainsKey("generation") && fields.TryGetValue("refill", out var refill) && refill == 0;

        var (lines, above) = Ranked((RedisResult[])answer[0]!);
        var total = (long)answer[1];
        var own = answer[2].IsNull ? null : new BoardLine(1 + (long)answer[3], viewer ?? 0, Score((string)answer[2]!));
        var around = answer[4].IsNull ? [] : Ranked((RedisResult[])answer[4]!).Lines;
        var hasMore = lines.Count > 0 && above + lines.Count < total;
        return new BoardPage(
            lines, own, around, hasMore ? new(lines[^1].Score.Packed, lines[^1].Athlete) : null, total, at, whole);
    }

    /// <summary>
    /// Equal distances share the rank of the first of them. That one may lie above the page, so Redis says how many are
    /// better than the page's first.
    /// </summary>
    private static (List<BoardLine> Lines, long Above) Ranked(RedisResult[] range)
    {
        var (membersAndScores, above, better) = ((RedisValue[])range[0]!, (long)range[1], (long)range[2]);
        var lines = new List<BoardLine>(membersAndScores.Length / 2);
        for (var i = 0; i < membersAndScores.Length; i += 2)
        {
            var score = Score((string)membersAndScores[i + 1]!);
            var rank = lines.Count == 0
                ? better + 1
                : lines[^1].Score.Centimeters == score.Centimeters ? lines[^1].Rank : above + lines.Count + 1;
            lines.Add(new BoardLine(rank, BoardMember.Decode((byte[])membersAndScores[i]!), score));
        }

        return (lines, above);
    }

    private static BoardScore Score(string text) => BoardScore.Unpack(long.Parse(text, CultureInfo.InvariantCulture));
}
