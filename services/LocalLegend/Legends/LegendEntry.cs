namespace Strava.LocalLegends.Legends;

/// <summary>An effort as the legends count it.</summary>
/// <param name="Day">Of its start, in the segment's time zone.</param>
/// <param name="StartedAt">UTC.</param>
internal readonly record struct CountedEffort(DateOnly Day, DateTime StartedAt);

/// <summary>How an athlete stands on one day.</summary>
/// <param name="AthleteId">Who.</param>
/// <param name="Efforts">Of the ninety days that end with that day.</param>
/// <param name="ReachedAt">Start of the latest of them: when this count was reached.</param>
internal readonly record struct LegendEntry(Guid AthleteId, int Efforts, DateTime ReachedAt)
{
    /// <summary>
    /// The order of legends, whatever came first: more efforts, then who reached that count first, then the smaller id
    /// (<see cref="Guid.CompareTo(Guid)"/> orders as the text does, and as Postgres does).
    /// </summary>
    /// <returns>Negative when this one is ahead.</returns>
    public int CompareTo(LegendEntry other)
    {
        var order = other.Efforts.CompareTo(Efforts);
        if (order == 0)
        {
            order = ReachedAt.CompareTo(other.ReachedAt);
        }

        return order == 0 ? AthleteId.CompareTo(other.AthleteId) : order;
    }

    public bool IsAheadOf(LegendEntry? other) => other is not { } one || CompareTo(one) < 0;
}
