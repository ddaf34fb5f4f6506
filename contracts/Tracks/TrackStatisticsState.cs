using Strava.Contracts.Sports;

namespace Strava.Contracts.Tracks;

/// <summary>
/// Everything that <see cref="TrackStatistics"/> remembers, to be stored as JSON and taken up again: figures go on as
/// if nothing had happened. A row of an older <see cref="Format"/> is thrown away and computed anew from the points.
/// </summary>
public sealed record TrackStatisticsState
{
    /// <summary>The format that this code writes and reads. Raise it when a member or a rule changes.</summary>
    public const int CurrentFormat = 3;

    /// <summary>Format of this state.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The sport whose rules apply.</summary>
    public required Sport Sport { get; init; }

    /// <summary>Points seen.</summary>
    public required int PointCount { get; init; }

    /// <summary>Legs marked.</summary>
    public required int SuspectLegs { get; init; }

    /// <summary>Points marked.</summary>
    public required int SuspectPoints { get; init; }

    /// <summary>Distance so far, mm.</summary>
    public required long DistanceMillimeters { get; init; }

    /// <summary>Latest device time of any point, Unix ms UTC.</summary>
    public required long? LastAtMs { get; init; }

    /// <summary>Latest device time that was counted, Unix ms UTC: no time is counted twice.</summary>
    public required long? CountedToMs { get; init; }

    /// <summary>Interval of the last good point; -1 when the next point begins anew.</summary>
    public required int Interval { get; init; }

    /// <summary>The last good point, where the next leg begins (its channels are not kept); without meaning in interval
    /// -1.</summary>
    public required TrackPoint Previous { get; init; }

    /// <summary>Standing still.</summary>
    public required StandingTime Standing { get; init; }

    /// <summary>Climb and descent by either source.</summary>
    public required ElevationTotals Elevation { get; init; }

    /// <summary>The kilometre under way.</summary>
    public required OpenSplit OpenSplit { get; init; }

    /// <summary>The whole kilometres.</summary>
    public required IReadOnlyList<FinishedSplit> Splits { get; init; }
}
