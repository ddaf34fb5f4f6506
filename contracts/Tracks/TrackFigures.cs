namespace Strava.Contracts.Tracks;

/// <summary>One kilometre of a track, or the rest after the last whole one.</summary>
/// <param name="Index">1 for the first kilometre.</param>
/// <param name="DistanceMillimeters">1,000,000, less in the last split (more only after the most splits that are
/// kept).</param>
/// <param name="ActiveMs">
/// Time between its points inside active intervals, interpolated along the leg that crosses the border; 0 without
/// times. Over all splits never more than the active time.
/// </param>
/// <param name="ElevationGainCm">Climb in cm; <c>null</c> when none of its points has a height.</param>
public sealed record Split(int Index, long DistanceMillimeters, long ActiveMs, long? ElevationGainCm);

/// <summary>The figures of a track, all integers: the same on the phone and on the server.</summary>
public sealed record TrackFigures
{
    /// <summary>Sum of the counted legs in mm.</summary>
    public required long DistanceMillimeters { get; init; }

    /// <summary>First start to last stop, ms.</summary>
    public required long TotalMs { get; init; }

    /// <summary>Total less pauses, ms.</summary>
    public required long ActiveMs { get; init; }

    /// <summary>Active less standing still, ms: 0 &lt;= moving &lt;= active &lt;= total.</summary>
    public required long MovingMs { get; init; }

    /// <summary>Climb in cm; 0 without heights.</summary>
    public required long ElevationGainCm { get; init; }

    /// <summary>Descent in cm, positive; 0 without heights.</summary>
    public required long ElevationLossCm { get; init; }

    /// <summary>How the heights were measured, and so by which rule climb and descent were taken; <c>null</c> without
    /// heights.</summary>
    public ElevationSource? ElevationSource { get; init; }

    /// <summary>All points, those that count nothing too.</summary>
    public required int PointCount { get; init; }

    /// <summary>Legs that count nothing: faster than the sport allows, or without or against time.</summary>
    public required int SuspectLegs { get; init; }

    /// <summary>Points that count nothing: accuracy worse than <see cref="TrackStatistics.WorstAccuracyCm"/>, or at
    /// exactly 0, 0.</summary>
    public required int SuspectPoints { get; init; }

    /// <summary>Kilometres, oldest first, with the rest after the last whole one.</summary>
    public required IReadOnlyList<Split> Splits { get; init; }

    /// <inheritdoc/>
    public bool Equals(TrackFigures? other) =>
        other is not null && Scalars == other.Scalars && Splits.SequenceEqual(other.Splits);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Scalars, Splits.Count);

    private (long, long, long, long, long, long, ElevationSource?, int, int, int) Scalars => (
        DistanceMillimeters, TotalMs, ActiveMs, MovingMs, ElevationGainCm, ElevationLossCm,
        ElevationSource, PointCount, SuspectLegs, SuspectPoints);
}
