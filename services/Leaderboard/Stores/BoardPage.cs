using System.Globalization;
using StackExchange.Redis;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Stores;

internal sealed record BoardLine(long Rank, long Athlete, BoardScore Score);

/// <summary>The top of a board and the viewer's line, as Redis told them.</summary>
/// <param name="Lines">Best first.</param>
/// <param name="Viewer">The viewer's line; <c>null</c>: not on this board.</param>
/// <param name="Total">Athletes on the board.</param>
/// <param name="At">All changes before this are in it.</param>
/// <param name="IsWhole">False while the boards are being filled again, or are about to be.</param>
internal sealed record BoardPage(IReadOnlyList<BoardLine> Lines, BoardLine? Viewer, long Total, DateTimeOffset At, bool IsWhole)
{
    private static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(5);

    public bool IsStale(DateTimeOffset now) => !IsWhole || now - At > StaleAfter;

    public static BoardPage From(RedisResult[] answer, HashEntry[] mark)
    {
        var fields = mark.ToDictionary(field => (string)field.Name!, field => field.Value);
        var at = fields.TryGetValue("at", out var given)
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)given)
            : DateTimeOffset.UnixEpoch;
        var whole = fields.ContainsKey("generation") && fields.TryGetValue("refill", out var refill) && refill == 0;
        return new BoardPage(Ranked((RedisValue[])answer[0]!), ViewerOf(answer), (long)answer[1], at, whole);
    }

    /// <summary>
    /// Equal distances share the rank of the first of them; the page begins at the top, so that one is on it.
    /// </summary>
    private static List<BoardLine> Ranked(RedisValue[] membersAndScores)
    {
        var lines = new List<BoardLine>(membersAndScores.Length / 2);
        for (var i = 0; i < membersAndScores.Length; i += 2)
        {
            var score = Score((string)membersAndScores[i + 1]!);
            var isTie = lines.Count > 0 && lines[^1].Score.Centimeters == score.Centimeters;
            var rank = isTie ? lines[^1].Rank : lines.Count + 1;
            lines.Add(new BoardLine(rank, BoardMember.Decode((byte[])membersAndScores[i]!), score));
        }

        return lines;
    }

    private static BoardLine? ViewerOf(RedisResult[] answer) =>
        answer[2].IsNull ? null : new BoardLine(1 + (long)answer[3], Athlete: 0, Score((string)answer[2]!));

    private static BoardScore Score(string text) => BoardScore.Unpack(long.Parse(text, CultureInfo.InvariantCulture));
}
