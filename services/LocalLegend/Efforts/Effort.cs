using Strava.LocalLegends.Legends;

namespace Strava.LocalLegends.Efforts;

/// <summary>Where an effort counts. The numbers are stored.</summary>
internal enum EffortStanding : short
{
    Nowhere = 0,
    FastestTimes = 1,
    Legends = 2,
}

/// <summary>One passage of a segment, as stored.</summary>
/// <param name="Segment">Its number.</param>
/// <param name="ActivityId">In which it was.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="ElapsedMs">By the clock.</param>
/// <param name="Day">Of the start, in the segment's time zone.</param>
/// <param name="Standing">Where it counts.</param>
internal readonly record struct Effort(
    int Segment, Guid ActivityId, DateTime StartedAt, int ElapsedMs, DateOnly Day, EffortStanding Standing)
{
    public CountedEffort Counted => new(Day, StartedAt);
}
