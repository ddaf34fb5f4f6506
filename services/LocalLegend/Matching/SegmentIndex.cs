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
    /// <summary>Cells of 200 m: 100,000 rows.</summary>
    public static readonly CellGrid Grid = new(heightE6: 1_800);

    /// <summary>How densely a track is looked up along its legs.</summary>
    public const double StepMeters = 30;

    private const double ReachMeters = Gate.WidestMeters + (StepMeters / 2);

    private readonly ImmutableDictionary<int, SegmentLine> _lines;
    private readonly ImmutableDictionary<(Sport Sport, long Cell), SegmentLine[]> _starts;

    private SegmentIndex(
        ImmutableDictionary<int, SegmentLine> lines,
        ImmutableDictionary<(Sport Sport, long Cell), SegmentLine[]> starts)
    {
        _lines = lines;
        _starts = starts;
    }

    public static SegmentIndex Empty { get; } = new(
        ImmutableDictionary<int, SegmentLine>.Empty,
        ImmutableDictionary<(Sport Sport, long Cell), SegmentLine[]>.Empty);

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
            foreach (var cell in CellsOf(line))
            {
                starts[cell] = [.. starts.GetValueOrDefault(cell, []), line];
            }
        }

        return new SegmentIndex(lines.ToImmutable(), starts.ToImmutable());
    }

    /// <summary>Segments whose start may be passed by a leg that has a place in the cell.</summary>
    public ReadOnlySpan<SegmentLine> StartingNear(Sport sport, long cell) =>
        _starts.TryGetValue((sport, cell), out var lines) ? lines : [];

    private static void Remove(
        ImmutableDictionary<int, SegmentLine>.Builder lines,
        ImmutableDictionary<(Sport Sport, long Cell), SegmentLine[]>.Builder starts,
        int number)
    {
        if (!lines.Remove(number, out var line))
        {
            return;
        }

        foreach (var cell in CellsOf(line))
        {
            var rest = Array.FindAll(starts[cell], other => other.Number != number);
            if (rest.Length > 0)
            {
                starts[cell] = rest;
            }
            else
            {
                starts.Remove(cell);
            }
        }
    }

    private static IEnumerable<(Sport Sport, long Cell)> CellsOf(SegmentLine line)
    {
        var cells = new List<long>();
        Grid.AddAround(line.Start, ReachMeters, cells);
        return cells.Select(cell => (line.Sport, cell));
    }
}
