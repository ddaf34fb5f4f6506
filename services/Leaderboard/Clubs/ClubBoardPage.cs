using System.Globalization;
using StackExchange.Redis;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Clubs;

internal sealed record ClubLine(long Rank, long Athlete, long Score, ClubTotals Totals);

/// <summary>What of a board is wanted.</summary>
/// <param name="Column">Sorted by it.</param>
/// <param name="Size">Lines, at most.</param>
/// <param name="Start">Lines above the page; not looked at with <paramref name="After"/>.</param>
/// <param name="After">The page begins below this line, whatever has moved meanwhile.</param>
internal sealed record ClubSlice(ClubColumn Column, int Size, long Start = 0, ClubCursor? After = null)
{
    public bool IsFirstPage => Start == 0 && After is null;
}

/// <summary>As <see cref="Stores.BoardPage"/>, with every column of each line.</summary>
internal sealed record ClubBoardPage(
    IReadOnlyList<ClubLine> Lines, ClubLine? Viewer, ClubLine? Next, long Total, DateTimeOffset At, bool IsWhole)
{
    private static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(5);

    public bool IsStale(DateTimeOffset now) => !IsWhole || now - At > StaleAfter;

    /// <param name="answer">Of <see cref="ClubScripts.Read"/>.</param>
    /// <param name="viewer">Whose line was asked for, if any.</param>
    /// <param name="mark">The watermark's fields.</param>
    public static ClubBoardPage From(RedisResult[] answer, long? viewer, HashEntry[] mark)
    {
        var fields = mark.ToDictionary(field => (string)field.Name!, field => field.Value);
        var at = fields.TryGetValue("at", out var given)
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)given)
            : DateTimeOffset.UnixEpoch;
        var whole = fields.ContainsKey("generation") && fields.TryGetValue("refill", out var refill) && refill == 0;

        var (above, total) = ((long)answer[1], (long)answer[4]);
        var lines = Ranked((RedisValue[])answer[0]!, (RedisValue[])answer[3]!, above, (long)answer[2]);
        var own = answer[5].IsNull || ClubTotals.Parse((string?)answer[6]) is not { } totals
            ? null
            : new ClubLine(1 + (long)answer[7], viewer ?? 0, Score((string)answer[5]!), totals);
        var hasMore = lines.Count > 0 && above + ((RedisValue[])answer[3]!).Length < total;
        return new ClubBoardPage(lines, own, hasMore ? lines[^1] : null, total, at, whole);
    }

    /// <summary>
    /// Equal scores share the rank of the first of them, which may lie above the page. One script writes scores and
    /// totals: a line without totals was not written by us, and the comparison takes it out.
    /// </summary>
    private static List<ClubLine> Ranked(RedisValue[] membersAndScores, RedisValue[] totals, long above, long better)
    {
        var lines = new List<ClubLine>(totals.Length);
        var (rank, last) = (better + 1, (long?)null);
        for (var i = 0; i < totals.Length; i++)
        {
            var score = Score((string)membersAndScores[(2 * i) + 1]!);
            rank = last is null || last == score ? rank : above + i + 1;
            last = score;
            if (ClubTotals.Parse(totals[i]) is { } known)
            {
                lines.Add(new ClubLine(rank, BoardMember.Decode((byte[])membersAndScores[2 * i]!), score, known));
            }
        }

        return lines;
    }

    private static long Score(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
