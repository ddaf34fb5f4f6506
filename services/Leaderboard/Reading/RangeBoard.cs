using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Reading;

/// <summary>
/// A board worked out from the ledger, sorted as Redis sorts: what is read of it costs O(log N) beside the lines.
/// </summary>
internal sealed class RangeBoard
{
    // Best first; and the athletes in the order of their numbers, each with its line.
    private readonly (long Score, long Athlete)[] _lines;
    private readonly (long Athlete, int Line)[] _athletes;
    private readonly DateTimeOffset _at;

    /// <param name="lines">In any order, one an athlete.</param>
    /// <param name="at">All that the ledger held at this moment is in it.</param>
    public RangeBoard(IEnumerable<(long Score, long Athlete)> lines, DateTimeOffset at)
    {
        _at = at;
        _lines = [.. lines.Where(line => line.Score > 0)];
        Array.Sort(_lines, (one, other) => Compare(other, one));
        _athletes = [.. _lines.Select((line, index) => (line.Athlete, index))];
        Array.Sort(_athletes);
    }

    public int Total => _lines.Length;

    public BoardPage Read(BoardSlice slice, long? viewer)
    {
        var start = slice.After is { } cursor
            ? Count((cursor.Score, cursor.Athlete - 1))
            : (int)Math.Min(slice.Start, Total);
        var past = Math.Min(start + slice.Size, Total);
        var own = viewer is { } athlete ? LineOf(athlete) : -1;
        var last = past < Total && past > start ? _lines[past - 1] : default;
        return new BoardPage(
            Lines(start, past),
            own < 0 ? null : Line(own),
            own < 0 || slice.Neighbours == 0
                ? []
                : Lines(Math.Max(0, own - slice.Neighbours), Math.Min(Total, own + slice.Neighbours + 1)),
            last.Score > 0 ? new BoardCursor(last.Score, last.Athlete) : null,
            Total,
            _at,
            IsWhole: true);
    }

    private static int Compare((long Score, long Athlete) one, (long Score, long Athlete) other) =>
        one.Score != other.Score ? one.Score.CompareTo(other.Score) : one.Athlete.CompareTo(other.Athlete);

    /// <summary>How many lines stand above what would stand just below <paramref name="floor"/>.</summary>
    private int Count((long Score, long Athlete) floor)
    {
        var (low, high) = (0, Total);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Compare(_lines[middle], floor) > 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private int LineOf(long athlete)
    {
        var found = Array.BinarySearch(
            _athletes, (athlete, 0), Comparer<(long Athlete, int)>.Create((one, other) => one.Athlete.CompareTo(other.Athlete)));
        return found < 0 ? -1 : _athletes[found].Line;
    }

    private List<BoardLine> Lines(int first, int past) => [.. Enumerable.Range(first, past - first).Select(Line)];

    // Equal distances share the rank of the first of them.
    private BoardLine Line(int index)
    {
        var score = BoardScore.Unpack(_lines[index].Score);
        var better = Count((((score.Centimeters + 1) << BoardScore.CountBits) - 1, long.MaxValue));
        return new BoardLine(1 + better, _lines[index].Athlete, score);
    }
}
