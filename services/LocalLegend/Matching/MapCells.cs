using Strava.Contracts.Geo;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;

namespace Strava.LocalLegends.Matching;

/// <summary>
/// Where a track has been, in cells of 700 m: what a new segment's backfill finds its activities by. A track that has
/// an effort shares a cell with <c>Around(start, ReachMeters)</c> and one with <c>Around(end, ReachMeters)</c>.
/// </summary>
internal static class MapCells
{
    /// <summary>How far from a segment's end a cell of the track lies at most: half a step along a leg, and the
    /// farthest leg that the matcher takes.</summary>
    public const double ReachMeters = (StepMeters / 2) + Gate.WidestMeters;

    private const double StepMeters = 200;

    // 28,800 rows of at most 57,600 columns: 31 bits.
    private static readonly CellGrid Grid = new(heightE6: 6_250);

    /// <summary>O(points); a cell each 700 m.</summary>
    /// <returns>Ascending, each once; empty for points that cannot be matched.</returns>
    public static int[] Of(Sport sport, ReadOnlySpan<TrackPoint> points)
    {
        var cells = new SortedSet<int>();
        foreach (var chain in TrackChain.Cut(sport, points))
        {
            foreach (var place in chain.Places(StepMeters))
            {
                cells.Add((int)Grid.Of(place));
            }
        }

        return [.. cells];
    }

    /// <summary>The cells that a track may have of which a point lies so near.</summary>
    public static int[] Around(GeoPoint point, double meters)
    {
        var cells = new SortedSet<long>();
        Grid.AddAround(point, meters, cells);
        return [.. cells.Select(cell => (int)cell)];
    }
}
