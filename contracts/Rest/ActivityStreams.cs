using System.Text.Json.Serialization;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Rest;

/// <summary>
/// The series of <c>GET /activities/{id}/streams</c>, one element a point; a channel is absent when no point has it, an
/// element is null where its point lacks it.
/// </summary>
public sealed record ActivityStreams
{
    /// <summary>Seconds since the start.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double?>? Time { get; init; }

    /// <summary>[latitude, longitude] in degrees, at 1e-6.</summary>
    public required IReadOnlyList<double[]> Latlng { get; init; }

    /// <summary>Height in m.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double?>? Altitude { get; init; }

    /// <summary>Distance since the start in m, by the rules of <see cref="TrackStatistics"/>.</summary>
    public required IReadOnlyList<double> Distance { get; init; }

    /// <summary>Beats per minute.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int?>? HeartRate { get; init; }

    /// <summary>Revolutions or steps per minute.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int?>? Cadence { get; init; }

    /// <summary>Watts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int?>? Power { get; init; }

    /// <summary>Steepness in %, up is positive, over 50 to 100 m of way.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double?>? Grade { get; init; }

    /// <summary>The series of an ordered track.</summary>
    /// <param name="sport">The sport whose rules apply to the distance.</param>
    /// <param name="startedAtMs">Where time is 0, Unix ms UTC; <c>null</c>: at the first timed point.</param>
    /// <param name="points">The points in order, from <see cref="TrackOrder.Merge"/>.</param>
    /// <param name="heights">How heights are measured, where the recording says it.</param>
    public static ActivityStreams From(
        Sport sport, long? startedAtMs, IReadOnlyList<OrderedPoint> points, ElevationSource? heights = null)
    {
        ArgumentNullException.ThrowIfNull(points);
        var zeroMs = startedAtMs ?? points.FirstOrDefault(ordered => ordered.Point.AtMs is not null).Point.AtMs ?? 0;
        var series = TrackSeries.Of(SportRules.Of(sport), points, heights);
        var permille = Tracks.Grade.Of(series);
        return new ActivityStreams
        {
            Time = Channel<double>(points, point => (point.AtMs - zeroMs) / 1_000.0),
            Latlng = [.. points.Select(ordered => LatitudeLongitude(ordered.Point))],
            Altitude = Channel<double>(points, point => point.ElevationCm / 100.0),
            Distance = [.. series.DistanceMillimeters.Select(millimeters => millimeters / 1_000.0)],
            HeartRate = Channel(points, point => point.HeartRate),
            Cadence = Channel(points, point => point.Cadence),
            Power = Channel(points, point => point.PowerWatts),
            Grade = Array.Exists(permille, value => value is not null)
                ? [.. permille.Select(value => value / 10.0)]
                : null,
        };
    }

    private static double[] LatitudeLongitude(TrackPoint point) => [point.Position.Latitude, point.Position.Longitude];

    private static T?[]? Channel<T>(IReadOnlyList<OrderedPoint> points, Func<TrackPoint, T?> of)
        where T : struct
    {
        var values = new T?[points.Count];
        var isThere = false;
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = of(points[index].Point);
            isThere |= values[index] is not null;
        }

        return isThere ? values : null;
    }
}
