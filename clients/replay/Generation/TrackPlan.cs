using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Replay.Generation;

/// <summary>What to record. The same plan gives the same recording, to the millimetre and millisecond.</summary>
internal sealed record TrackPlan
{
    public required Sport Sport { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>Where the loop begins and ends.</summary>
    public required Place Start { get; init; }

    public required long StartAtMs { get; init; }

    /// <summary>The shape of the loop, for several athletes on the same way; <c>null</c>: a loop of its own.</summary>
    public ulong? RouteSeed { get; init; }

    /// <summary>How often the loop is done.</summary>
    public int Laps { get; init; } = 1;

    /// <summary>All laps together, about; the truth is told with the recording.</summary>
    public required double DistanceMeters { get; init; }

    /// <summary>On the flat, rested.</summary>
    public required double SpeedMetersPerSecond { get; init; }

    /// <summary>Height of the lowest place around.</summary>
    public double BaseHeightMeters { get; init; } = 250;

    /// <summary>Times the athlete stands at a light with the recording running.</summary>
    public int TrafficLights { get; init; }

    /// <summary>Times the athlete presses pause.</summary>
    public int Pauses { get; init; }

    /// <summary>Share of the pauses in which the athlete walks on, with the phone still taking points.</summary>
    public double WalkingPauseShare { get; init; } = 0.3;

    /// <summary>Longest pause; the shortest is a third of it.</summary>
    public int LongestPauseSeconds { get; init; } = 240;

    /// <summary>Times the receiver is silent for some seconds.</summary>
    public int Dropouts { get; init; }
}

/// <summary>A recording as a phone would hold it, and what really happened.</summary>
internal sealed record GeneratedTrack(
    Sport Sport, IReadOnlyList<StateChange> StateLog, IReadOnlyList<TrackPoint> Points, TrackTruth Truth);

/// <summary>What really happened, from the simulation and not from the points.</summary>
/// <param name="DistanceMeters">Way made while the recording ran.</param>
/// <param name="PausedDistanceMeters">Way made in pauses.</param>
/// <param name="TotalMs">First start to stop.</param>
/// <param name="ActiveMs">Total less the pauses.</param>
/// <param name="StandingSeconds">Of the active time, spent standing.</param>
/// <param name="Pauses">How many.</param>
internal sealed record TrackTruth(
    double DistanceMeters, double PausedDistanceMeters, long TotalMs, long ActiveMs, int StandingSeconds, int Pauses);
