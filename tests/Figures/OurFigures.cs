using Strava.Activities.Imports;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Figures;

/// <summary>The figures that an import of the file would store, and what the rules not taken would have
/// given.</summary>
internal sealed record OurFigures(
    TrackFigures Figures, TrackAnalytics Analytics, TrackStatisticsState State, IReadOnlyList<double> MovingSeconds)
{
    public double AverageSpeed => ActivityDetails.AverageSpeed(Figures.DistanceMillimeters, Figures.MovingMs);

    public static OurFigures Of(string gpx, Sport sport)
    {
        using var file = File.OpenRead(gpx);
        var track = GpxReader.Read(file);
        var log = track.StateLog(DateTimeOffset.UnixEpoch);
        var chunks = track.Chunks();
        var points = TrackOrder.Merge(chunks, log);
        var statistics = new TrackStatistics(sport, track.ElevationSource);
        foreach (var (point, interval) in points)
        {
            statistics.Add(point, interval);
        }

        // As if nobody had paused: whether the rule finds the device's stops by itself.
        var unpaused = StateLog.Empty.AppendRange([log.Changes[0], log.Changes[^1]]);
        var joined = TrackOrder.Merge(chunks, unpaused);
        return new OurFigures(
            statistics.Figures(log, log.CompletedAtMs!.Value),
            TrackAnalytics.Of(sport, log, points, track.ElevationSource),
            statistics.Snapshot(),
            [.. MovingRule.Compared.Select(rule => rule.MovingSeconds(SportRules.Of(sport), joined))]);
    }
}
