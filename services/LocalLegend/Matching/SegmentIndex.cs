using System.Collections.Immutable;
using Strava.Contracts.Sports;

namespace Strava.LocalLegends.Matching;

/// <summary>
/// All segments of one moment, found by where they begin. Never changes: who matches keeps the one that it has, who
/// adds a segment makes the next, which shares all but O(log N) nodes with it. Making it of N segments is O(N log N),
/// <see cref="With"/> of k is O(k log N).
/// </summary>
internal sealed class SegmentIndex
{
    /// <summary>Cells of 100 m: 200,000 rows.</summary>
    public static readonly CellGrid Grid = new(heightE6: 900);

    private readonly ImmutableDictionary<int, SegmentLine> _lines;
    private readonly ImmutableDictionary<(Sport Sport, long Cell), SegmentStart[]> _starts;

    private SegmentIndex(
        ImmutableDictionary<int, SegmentLine> lines,
        ImmutableDictionary<(Sport Sport, long Cell), SegmentStart[]> starts)
    {
        _lines = lines;
        _starts = starts;
    }

    public static SegmentIndex Empty { get; } = new(
        ImmutableDictionary<int, SegmentLine>.Empty,
        ImmutableDictionary<(Sport Sport, long Cell), SegmentStart[]>.Empty);

    public int Count => _lines.Count;

    public IEnumerable<SegmentLine> Lines => _lines.Values;

    public SegmentLine? Find(int number) => _lines.GetValueOrDefault(number);

    /// <summary>A changed segment replaces the one of its number; removing one that is not there changes nothing, so
    /// that a change may come twice.</summary>
    public SegmentIndex With(IEnumerable<SegmentLine> changed, IEnumerable<int> removed)
    {
        var lines = _lines.ToBuilder();
        var starts = _starts.ToBuilder();
        foreach (var number in removed)
        {
            Remove(lines, starts, number);
        }

        foreach (var line in changed)
        {
            Remove(lines, starts, line.Number);
            lines.Add(line.Number, line);
            var cell = CellOf(line);
            starts[cell] = [.. starts.GetValueOrDefault(cell, []), new SegmentStart(line)];
        }

        return new SegmentIndex(lines.ToImmutable(), starts.ToImmutable());
    }

    /// <summary>Segments that start in the cell.</summary>
    public ReadOnlySpan<SegmentStart> StartingIn(Sport sport, long cell) =>
        _starts.TryGetValue((sport, cell), out var lines) ? lines : [];

    private static void Remove(
        ImmutableDictionary<int, SegmentLine>.Builder lines,
        ImmutableDictionary<(Sport Sport, long Cell), SegmentStart[]>.Builder starts,
        int number)
    {
        if (!lines.Remove(number, out var line))
        {
            return;
        }

        var cell = CellOf(line);
        var rest = Array.FindAll(starts[cell], other => other.Line.Number != number);
        if (rest.Length > 0)
        {
            starts[cell] = rest;
        }
        else
        {
            starts.Remove(cell);
        }
    }

    private static (Sport Sport, long Cell) CellOf(SegmentLine line) => (line.Sport, Grid.Of(line.Start));
}

/// <summary>Beside the line, not in it: most starts near a track are not on it, and their lines are never
/// read.</summary>
internal readonly record struct SegmentStart(EarthPosition Place, long EndCell, SegmentLine Line)
{
    public SegmentStart(SegmentLine line)
        : this(line.Origin, line.EndCell, line)
    {
    }
}
