namespace Strava.LocalLegends.Matching;

/// <param name="Segment">The segment's number.</param>
/// <param name="StartedAtMs">When its start was passed, Unix ms UTC, between two points of the track.</param>
/// <param name="ElapsedMs">To its end by the clock, pauses included; more than 0.</param>
internal readonly record struct FoundEffort(int Segment, long StartedAtMs, int ElapsedMs) : IComparable<FoundEffort>
{
    public int CompareTo(FoundEffort other) =>
        (Segment, StartedAtMs, ElapsedMs).CompareTo((other.Segment, other.StartedAtMs, other.ElapsedMs));
}
