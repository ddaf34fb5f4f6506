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
            var candidates = new List<Candidate>();
            foreach (var visit in chain.Visits(SegmentIndex.Grid, SegmentIndex.StepMeters))
            {
                foreach (var line in index.StartingNear(sport, visit.Cell))
                {
                    candidates.Add(new Candidate(line, visit.FromLeg, visit.ToLeg));
                }
            }

            candidates.Sort();
            AddEfforts(chain, candidates, found);
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
            AddEfforts(chain, [new Candidate(line, 0, chain.Positions.Length - 2)], found);
        }

        found.Sort();
        return found;
    }

    private static void AddEfforts(TrackChain chain, List<Candidate> candidates, List<FoundEffort> found)
    {
        for (var first = 0; first < candidates.Count;)
        {
            var next = first + 1;
            while (next < candidates.Count && candidates[next].Line == candidates[first].Line)
            {
                next++;
            }

            var line = candidates[first].Line;
            var passages = new StartPassages(line, chain);
            for (; first < next; first++)
            {
                passages.Scan(candidates[first].FromLeg, candidates[first].ToLeg);
            }

            Follow(line, chain, passages.All(), found);
        }
    }

    private static void Follow(SegmentLine line, TrackChain chain, List<Passage> starts, List<FoundEffort> found)
    {
        if (starts.Count == 0)
        {
            return;
        }

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

    private readonly record struct Candidate(SegmentLine Line, int FromLeg, int ToLeg) : IComparable<Candidate>
    {
        public int CompareTo(Candidate other) =>
            (Line.Number, FromLeg).CompareTo((other.Line.Number, other.FromLeg));
    }
}
