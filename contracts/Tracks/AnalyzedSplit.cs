namespace Strava.Contracts.Tracks;

/// <summary>A kilometre or mile with what is known of it once the track is whole.</summary>
/// <param name="Split">Its number, distance, time and climb.</param>
/// <param name="MovingMs">Its time without standing still, ms: 0 &lt;= moving &lt;= active.</param>
/// <param name="ElevationChangeCm">Height at its end less height at its begin, cm, the way made in pauses left out;
/// <c>null</c> when none of its points has a height.</param>
public sealed record AnalyzedSplit(Split Split, long MovingMs, long? ElevationChangeCm)
{
    internal static IReadOnlyList<AnalyzedSplit> Cut(TrackSeries series, long length)
    {
        var finished = new List<FinishedSplit>();
        var open = default(OpenSplit);
        for (var index = 0; index < series.Legs.Length; index++)
        {
            var leg = series.Legs[index];
            open = open.Add(leg.Millimeters, leg.Ms, series.GainsBefore[index], finished, length);
            open = open with { HasElevation = open.HasElevation || series.HeightCm[index] is not null };
        }

        var splits = open.All(finished, series.Elevation);
        var analyzed = new AnalyzedSplit[splits.Count];
        long toMillimeters = 0, movingMs = 0, riseCm = 0;
        var at = 0;
        for (var index = 0; index < analyzed.Length; index++)
        {
            var split = splits[index];
            toMillimeters += split.DistanceMillimeters;
            while (series.DistanceMillimeters[at] < toMillimeters)
            {
                at++;
            }

            // A whole split ends on its border, the rest with the track.
            var isWhole = split.DistanceMillimeters == length;
            var movingToMs = isWhole ? Between(series, series.MovingMs, at, toMillimeters) : series.MovingMs[^1];
            var riseToCm = isWhole ? Between(series, series.RiseCm, at, toMillimeters) : series.RiseCm[^1];
            analyzed[index] = new AnalyzedSplit(
                split,
                Math.Min(movingToMs - movingMs, split.ActiveMs),
                split.ElevationGainCm is null ? null : riseToCm - riseCm);
            (movingMs, riseCm) = (movingToMs, riseToCm);
        }

        return analyzed;
    }

    // The value where the leg that ends at a point reaches a distance.
    private static long Between(TrackSeries series, long[] values, int at, long millimeters)
    {
        var from = at == 0 ? 0 : values[at - 1];
        var part = millimeters - (series.DistanceMillimeters[at] - series.Legs[at].Millimeters);
        return from + (long)((Int128)(values[at] - from) * part / series.Legs[at].Millimeters);
    }
}
