using Strava.Contracts.Sports;
using Strava.Contracts.Timing;

namespace Strava.Contracts.Tracks;

/// <summary>
/// The figures of a track that need all of it, O(n); those that go on point by point are in
/// <see cref="TrackStatistics"/>, and where both have one it is the same. All integers.
/// </summary>
public sealed record TrackAnalytics
{
    /// <summary>Kilometres: those of <see cref="TrackFigures.Splits"/>.</summary>
    public required IReadOnlyList<AnalyzedSplit> Splits { get; init; }

    /// <summary>Miles of 1,609,344 mm, with the rest after the last whole one.</summary>
    public required IReadOnlyList<AnalyzedSplit> SplitsMiles { get; init; }

    /// <summary>The sport's distances that the track reaches, shortest first.</summary>
    public required IReadOnlyList<BestEffort> BestEfforts { get; init; }

    /// <summary>Highest speed, mm/s: the device's own where it has one, else that of the legs with spikes taken out;
    /// 0 when nothing was timed.</summary>
    public required long MaxSpeedMillimetersPerSecond { get; init; }

    /// <summary>How the heights were measured; <c>null</c> without heights.</summary>
    public required ElevationSource? ElevationSource { get; init; }

    /// <summary>Analyzes a whole track.</summary>
    /// <param name="sport">The sport whose rules apply.</param>
    /// <param name="log">The state log.</param>
    /// <param name="points">The points in order, from <see cref="TrackOrder.Merge"/>.</param>
    /// <param name="heights">How heights are measured, where the recording says it.</param>
    /// <exception cref="KeyNotFoundException"><paramref name="sport"/> is no defined sport.</exception>
    public static TrackAnalytics Of(
        Sport sport, StateLog log, IReadOnlyList<OrderedPoint> points, ElevationSource? heights = null)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(points);
        var rules = SportRules.Of(sport);
        var series = TrackSeries.Of(rules, points, heights);
        return new TrackAnalytics
        {
            Splits = AnalyzedSplit.Cut(series, OpenSplit.Kilometer),
            SplitsMiles = AnalyzedSplit.Cut(series, OpenSplit.Mile),
            BestEfforts = EffortSearch.Find(rules.EffortDistances, log, points, series.Legs),
            MaxSpeedMillimetersPerSecond = TopSpeed.Of(rules, points, series.Legs),
            ElevationSource = series.Elevation.Source,
        };
    }

    /// <summary>Least times over distances of the caller's, without the other figures: O(n) a distance.</summary>
    /// <param name="sport">The sport whose rules apply.</param>
    /// <param name="log">The state log.</param>
    /// <param name="points">The points in order, from <see cref="TrackOrder.Merge"/>.</param>
    /// <param name="distances">Shortest first.</param>
    /// <returns>Those that the track reaches.</returns>
    /// <exception cref="KeyNotFoundException"><paramref name="sport"/> is no defined sport.</exception>
    public static IReadOnlyList<BestEffort> EffortsOf(
        Sport sport, StateLog log, IReadOnlyList<OrderedPoint> points, params IReadOnlyList<EffortDistance> distances)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(distances);
        var rules = SportRules.Of(sport);
        var legs = new Leg[points.Count];
        var reader = LegReader.Begin;
        for (var index = 0; index < legs.Length; index++)
        {
            reader = reader.Next(points[index].Point, points[index].Interval, rules, out legs[index]);
        }

        return EffortSearch.Find(distances, log, points, legs);
    }
}
