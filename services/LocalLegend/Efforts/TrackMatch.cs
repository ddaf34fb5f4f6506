using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;
using Strava.LocalLegends.Matching;

namespace Strava.LocalLegends.Efforts;

/// <summary>What a track has: its efforts, and where it has been.</summary>
internal sealed class FoundTrack
{
    // Beyond these a device's clock is wrong, and days of coming years would be kept for it.
    private static readonly DateTime Earliest = DateTime.UnixEpoch;
    private static readonly DateTime Latest = new(2200, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public FoundTrack(IEnumerable<FoundEffort> efforts, int[] cells)
    {
        Cells = cells;
        Efforts = [.. efforts
            .Where(effort => effort.ElapsedMs > 0)
            .Select(effort => (effort.Segment, StartedAt: At(effort.StartedAtMs), effort.ElapsedMs))
            .Where(effort => effort.StartedAt > Earliest && effort.StartedAt < Latest)
            .DistinctBy(effort => (effort.Segment, effort.StartedAt))];
    }

    public static FoundTrack Nothing { get; } = new([], []);

    public int[] Cells { get; }

    public IReadOnlyList<(int Segment, DateTime StartedAt, int ElapsedMs)> Efforts { get; }

    public bool Has(Effort effort) => Efforts.Contains((effort.Segment, effort.StartedAt, effort.ElapsedMs));

    /// <summary>Those of each of the segments, also where there are none.</summary>
    public Dictionary<int, List<(DateTime StartedAt, int ElapsedMs)>> On(int[] segments) => segments.ToDictionary(
        segment => segment,
        segment => (
            from effort in Efforts where effort.Segment == segment select (effort.StartedAt, effort.ElapsedMs)).ToList());

    private static DateTime At(long unixMs) =>
        DateTime.UnixEpoch.AddMilliseconds(Math.Clamp(unixMs, 0, (long)(Latest - Earliest).TotalMilliseconds));
}

/// <summary>The matching itself; pure. A test puts something simpler in its place.</summary>
internal class TrackMatch
{
    public virtual FoundTrack Find(SegmentIndex index, Sport sport, TrackPoint[] points) =>
        new(SegmentMatcher.Match(index, sport, points), MapCells.Of(sport, points));
}
