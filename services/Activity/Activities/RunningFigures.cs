using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Activities;

/// <summary>The figures of an open activity, taken on with what has just come. Cost: O(new points).</summary>
internal static class RunningFigures
{
    /// <param name="statistics">Those so far; changed.</param>
    /// <param name="chunks">What has come, in order.</param>
    /// <param name="log">The state log.</param>
    /// <returns><c>null</c> when points came late and all must be worked out from the points.</returns>
    public static TrackStatistics? Continue(TrackStatistics? statistics, IReadOnlyList<TrackChunk> chunks, StateLog log)
    {
        if (statistics is null || chunks.Any(chunk => chunk.Points.Any(point => point.AtMs <= statistics.LastAtMs)))
        {
            return null;
        }

        foreach (var (point, interval) in TrackOrder.Merge(chunks, log))
        {
            statistics.Add(point, interval);
        }

        return statistics;
    }
}
