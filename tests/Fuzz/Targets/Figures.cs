using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;
using Strava.Fuzz.Running;

namespace Strava.Fuzz.Targets;

/// <summary>What must hold for the figures of anything that was let in.</summary>
internal static class Figures
{
    public static TrackFigures Of(
        Sport sport, StateLog log, IReadOnlyList<TrackChunk> chunks, ElevationSource? heights = null)
    {
        foreach (var chunk in chunks)
        {
            var again = PointCodec.Decode(PointCodec.Encode(chunk.Points));
            BrokenPropertyException.Unless(again.AsSpan().SequenceEqual(chunk.Points), "The stored points differ.");
        }

        var points = TrackOrder.Merge(chunks, log);
        var statistics = new TrackStatistics(sport, heights);
        foreach (var (point, interval) in points)
        {
            statistics.Add(point, interval);
        }

        var asOfMs = log.CompletedAtMs ?? Mutation.Tracks.Now.ToUnixTimeMilliseconds();
        var figures = statistics.Figures(log, asOfMs);
        BrokenPropertyException.Unless(
            figures is { DistanceMillimeters: >= 0, MovingMs: >= 0, ElevationGainCm: >= 0, ElevationLossCm: >= 0 }
            && figures.MovingMs <= figures.ActiveMs && figures.ActiveMs <= figures.TotalMs,
            $"These figures cannot be: {figures}");
        var state = TrackStatisticsCodec.Decode(TrackStatisticsCodec.Encode(statistics.Snapshot()))!;
        BrokenPropertyException.Unless(
            TrackStatistics.Restore(state).Figures(log, asOfMs) == figures, "Stored and taken up again the figures differ.");

        var analytics = TrackAnalytics.Of(sport, log, points, heights);
        BrokenPropertyException.Unless(
            analytics.Splits.Select(split => split.Split).SequenceEqual(figures.Splits), "The two ways to splits differ.");
        BrokenPropertyException.Unless(analytics.MaxSpeedMillimetersPerSecond >= 0, "The top speed is below zero.");
        return figures;
    }
}
