using System.Numerics;
using System.Runtime.InteropServices;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;

namespace Strava.LocalLegends.Matching;

/// <summary>
/// Every effort of a track: each time that it follows a segment from its start to its end (docs/decisions/0021). Pure.
/// Cost: O(points), and for each passing of a start what the track follows the segment from there.
/// </summary>
internal static class SegmentMatcher
{
    private const int MostOverlapPart = 20;

    /// <summary>Against all segments of the sport.</summary>
    /// <returns>By segment, then by start; those of one segment follow each other.</returns>
    public static List<FoundEffort> Match(SegmentIndex index, Sport sport, ReadOnlySpan<TrackPoint> points)
    {
        var found = new List<FoundEffort>();
        foreach (var chain in TrackChain.Cut(sport, points))
        {
            var visits = chain.CellsWithin(SegmentIndex.Grid, Gate.ReachMeters(chain.LongestLeg));
            var cells = visits.Select(visit => visit.Cell).ToHashSet();
            visits.Sort();
            for (int first = 0, next = 1; first < visits.Count; first = next++)
            {
                while (next < visits.Count && visits[next].Cell == visits[first].Cell)
                {
                    next++;
                }

                foreach (ref readonly var start in index.StartingIn(sport, visits[first].Cell))
                {
                    // Without its end there is no effort.
                    if (cells.Contains(start.EndCell))
                    {
                        AddEfforts(start, chain, CollectionsMarshal.AsSpan(visits)[first..next], found);
                    }
                }
            }
        }

        found.Sort();
        return found;
    }

    /// <summary>Against one segment: the same efforts as among all.</summary>
    public static List<FoundEffort> Match(SegmentLine line, ReadOnlySpan<TrackPoint> points)
    {
        var found = new List<FoundEffort>();
        foreach (var chain in TrackChain.Cut(line.Sport, points))
        {
            AddEfforts(new SegmentStart(line), chain, [new CellVisit(0, 0, chain.Positions.Length - 2)], found);
        }

        found.Sort();
        return found;
    }

    private static void AddEfforts(
        in SegmentStart start, TrackChain chain, ReadOnlySpan<CellVisit> near, List<FoundEffort> found)
    {
        var starts = new StartPassages(start, chain);
        foreach (var visit in near)
        {
            starts.Scan(visit.FromLeg, visit.ToLeg);
        }

        if (starts.All is { } passages)
        {
            Follow(start.Line, chain, passages, found);
        }
    }

    private static void Follow(SegmentLine line, TrackChain chain, List<Passage> starts, List<FoundEffort> found)
    {
        var offset = chain.Origin.From(line.Origin);
        var efforts = new List<(long FromMs, long ToMs)>();
        foreach (var start in starts)
        {
            if (LineWalk.Follow(line, chain, offset, start) is { } end
                && chain.At(start) is var fromMs && chain.At(end) is var toMs && fromMs < toMs)
            {
                efforts.Add((fromMs, toMs));
            }
        }

        if (efforts.Count == 0 && line.IsLoop && chain.IsFirst && LapFromTheFirstPoint(line, chain, offset) is { } lap)
        {
            efforts.Add(lap);
        }

        // Who turns back and begins again began with the last start before the end. A loop's next lap may begin a
        // moment before the last one ends: its two gates do not stand in one plane.
        efforts.Sort((one, other) => (one.ToMs, -one.FromMs).CompareTo((other.ToMs, -other.FromMs)));
        var lastMs = 0L;
        foreach (var (fromMs, toMs) in efforts)
        {
            if (fromMs >= lastMs - ((toMs - fromMs) / MostOverlapPart) && toMs - fromMs <= int.MaxValue)
            {
                found.Add(new FoundEffort(line.Number, fromMs, (int)(toMs - fromMs)));
                lastMs = toMs;
            }
        }
    }

    // Who starts the clock somewhere on a loop and stops it there has gone it once, too. Only where no lap runs from
    // the loop's own start: nobody's lap is found by looking for the best of all places.
    private static (long FromMs, long ToMs)? LapFromTheFirstPoint(SegmentLine line, TrackChain chain, Vector3 offset)
    {
        var begin = new Passage(0, 0);
        return line.From(chain.Positions[0] + offset, Gate.TurnMeters) is { } loop
            && LineWalk.Follow(loop, chain, offset, begin) is { } end
            && chain.At(begin) is var fromMs && chain.At(end) is var toMs && fromMs < toMs
                ? (fromMs, toMs)
                : null;
    }
}
