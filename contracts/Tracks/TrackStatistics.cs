using Strava.Contracts.Sports;
using Strava.Contracts.Timing;

namespace Strava.Contracts.Tracks;

/// <summary>
/// Figures of a track, point by point: O(1) time and memory a point (the list of splits grows with the distance, 5,000
/// at most). Points come in the order of <see cref="TrackOrder"/>; when one comes late, or the state log changes before
/// the last point, compute anew with <see cref="Compute"/>. Not safe for several threads.
/// </summary>
/// <remarks>
/// A leg is the Haversine distance in whole mm between neighbours of one interval. One that is faster than the sport
/// allows, or takes no time, or goes back in time counts nothing and is marked; the next begins at its end. A leg with
/// an untimed end counts its distance unjudged. Heights begin anew with each interval and after a jump.
/// </remarks>
public sealed class TrackStatistics
{
    /// <summary>A point of worse accuracy counts nothing: 50 m in cm. The next leg begins at the last good
    /// point.</summary>
    public const int WorstAccuracyCm = 5_000;

    private readonly SportRules _rules;
    private readonly List<FinishedSplit> _splits = [];
    private int _pointCount;
    private int _suspectLegs;
    private int _suspectPoints;
    private LegReader _legs = LegReader.Begin;
    private StandingTime _standing;
    private ElevationTotals _elevation;
    private OpenSplit _openSplit;

    /// <summary>Begins with nothing.</summary>
    /// <param name="sport">The sport whose rules apply.</param>
    /// <param name="heights">How heights are measured, where the recording says it; else it is judged by their
    /// noise.</param>
    /// <exception cref="KeyNotFoundException">The value is no defined sport.</exception>
    public TrackStatistics(Sport sport, ElevationSource? heights = null)
    {
        _rules = SportRules.Of(sport);
        _elevation = new ElevationTotals { Known = heights };
    }

    /// <summary>Distance so far, mm.</summary>
    public long DistanceMillimeters { get; private set; }

    /// <summary>Latest device time of all points so far, Unix ms UTC; <c>null</c> when none had a time.</summary>
    public long? LastAtMs { get; private set; }

    /// <summary>Figures of a whole track: the very same as adding its points one by one.</summary>
    /// <param name="sport">The sport whose rules apply.</param>
    /// <param name="log">The state log.</param>
    /// <param name="points">The points in order, from <see cref="TrackOrder.Merge"/>.</param>
    /// <param name="asOfMs">Now, Unix ms UTC; without meaning once stopped.</param>
    /// <param name="heights">How heights are measured, where the recording says it.</param>
    public static TrackFigures Compute(
        Sport sport, StateLog log, IEnumerable<OrderedPoint> points, long asOfMs, ElevationSource? heights = null)
    {
        ArgumentNullException.ThrowIfNull(points);
        var statistics = new TrackStatistics(sport, heights);
        foreach (var (point, interval) in points)
        {
            statistics.Add(point, interval);
        }

        return statistics.Figures(log, asOfMs);
    }

    /// <summary>Takes up a stored state.</summary>
    /// <exception cref="ArgumentException">The state is of another format: compute anew.</exception>
    public static TrackStatistics Restore(TrackStatisticsState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Format != TrackStatisticsState.CurrentFormat)
        {
            throw new ArgumentException(
                $"Format {state.Format} is not {TrackStatisticsState.CurrentFormat}.", nameof(state));
        }

        var statistics = new TrackStatistics(state.Sport)
        {
            _pointCount = state.PointCount,
            _suspectLegs = state.SuspectLegs,
            _suspectPoints = state.SuspectPoints,
            DistanceMillimeters = state.DistanceMillimeters,
            LastAtMs = state.LastAtMs,
            _legs = new LegReader(state.Interval, state.Previous, state.CountedToMs),
            _standing = state.Standing,
            _elevation = state.Elevation,
            _openSplit = state.OpenSplit,
        };
        statistics._splits.AddRange(state.Splits);
        return statistics;
    }

    /// <summary>Adds the next point.</summary>
    /// <param name="point">The point.</param>
    /// <param name="interval">
    /// <see cref="StateLog.ActiveIntervalAt"/> of its time (for untimed points <see cref="OrderedPoint.Interval"/>); a
    /// negative one counts nothing, the point is kept.
    /// </param>
    public void Add(in TrackPoint point, int interval)
    {
        _pointCount++;
        LastAtMs = LegReader.Later(LastAtMs, point.AtMs);
        _legs = _legs.Next(point, interval, _rules, out var leg);
        switch (leg.Kind)
        {
            case LegKind.Inaccurate:
                _suspectPoints++;
                return;
            case LegKind.Paused or LegKind.First:
                CloseWindow();
                _elevation = _elevation.Break();
                break;
            case LegKind.Counted:
                _standing = _standing.Add(leg.Millimeters, leg.Ms, _rules.StandingMillimetersPerSecond);
                break;
            case LegKind.Suspect:
                _suspectLegs++;
                CloseWindow();
                _elevation = _elevation.Break();
                break;
            case LegKind.Instant:
                _suspectLegs++;
                CloseWindow();
                break;
            case LegKind.Untimed:
                CloseWindow();
                break;
        }

        DistanceMillimeters += leg.Millimeters;
        _openSplit = _openSplit.Add(leg.Millimeters, leg.Ms, _elevation.Gains, _splits);
        if (point.ElevationCm is { } heightCm && leg.Kind != LegKind.Paused)
        {
            _elevation = _elevation.Add(heightCm);
            _openSplit = _openSplit with { HasElevation = true };
        }
    }

    /// <summary>The figures so far. Changes nothing and may be asked at any time.</summary>
    /// <param name="log">The state log.</param>
    /// <param name="asOfMs">
    /// Now, Unix ms UTC, or the last counted point's time when that is later (the device's clock may be ahead); without
    /// meaning once stopped.
    /// </param>
    public TrackFigures Figures(StateLog log, long asOfMs)
    {
        ArgumentNullException.ThrowIfNull(log);
        var elapsed = log.AsOf(Math.Max(asOfMs, _legs.CountedToMs ?? asOfMs));
        var standingMs = _standing.Close(_rules.StandingMillimetersPerSecond).StandingMs;
        return new TrackFigures
        {
            DistanceMillimeters = DistanceMillimeters,
            TotalMs = elapsed.TotalMs,
            ActiveMs = elapsed.ActiveMs,
            MovingMs = Math.Max(0, elapsed.ActiveMs - standingMs),
            ElevationGainCm = _elevation.Climb.GainCm,
            ElevationLossCm = _elevation.Climb.LossCm,
            ElevationSource = _elevation.Source,
            PointCount = _pointCount,
            SuspectLegs = _suspectLegs,
            SuspectPoints = _suspectPoints,
            Splits = _openSplit.All(_splits, _elevation),
        };
    }

    /// <summary>Everything remembered, independent of what is added later.</summary>
    public TrackStatisticsState Snapshot() => new()
    {
        Sport = _rules.Sport,
        PointCount = _pointCount,
        SuspectLegs = _suspectLegs,
        SuspectPoints = _suspectPoints,
        DistanceMillimeters = DistanceMillimeters,
        LastAtMs = LastAtMs,
        CountedToMs = _legs.CountedToMs,
        Interval = _legs.Interval,
        Previous = _legs.Previous,
        Standing = _standing,
        Elevation = _elevation,
        OpenSplit = _openSplit,
        Splits = [.. _splits],
    };

    private void CloseWindow() => _standing = _standing.Close(_rules.StandingMillimetersPerSecond);
}
