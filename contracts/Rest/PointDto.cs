using System.Text.Json.Serialization;
using Strava.Contracts.Geo;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Rest;

/// <summary>
/// A point on the wire. Members that this version does not know are skipped and counted, so that a newer phone loses
/// nothing.
/// </summary>
[JsonConverter(typeof(PointDtoConverter))]
public sealed record PointDto
{
    // An accuracy beyond this is as useless as this, and must not overflow: 1,000 km.
    private const double WorstAccuracyMeters = 1_000_000;

    /// <summary>Device time, UTC at 1 ms; required.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Latitude in degrees (WGS 84), -90 to 90; required.</summary>
    public double? Lat { get; init; }

    /// <summary>Longitude in degrees (WGS 84), -180 to 180; required.</summary>
    public double? Lon { get; init; }

    /// <summary>Height in metres; outside of -500 to 9,000 it is dropped.</summary>
    public double? ElevationMeters { get; init; }

    /// <summary>Horizontal accuracy in metres; negative is dropped.</summary>
    public double? AccuracyMeters { get; init; }

    /// <summary>Beats per minute; outside of 1 to 250 it is dropped.</summary>
    public double? HeartRate { get; init; }

    /// <summary>Revolutions or steps per minute; outside of 0 to 300 it is dropped.</summary>
    public double? Cadence { get; init; }

    /// <summary>Watts; outside of 0 to 3,000 it is dropped.</summary>
    public double? PowerWatts { get; init; }

    /// <summary>Degrees Celsius; outside of -70 to 70 it is dropped.</summary>
    public double? TemperatureC { get; init; }

    /// <summary>How many members were skipped because this version does not know them.</summary>
    [JsonIgnore]
    public int UnknownMembers { get; init; }

    /// <summary>The wire form of a point.</summary>
    public static PointDto From(in TrackPoint point) => new()
    {
        At = point.AtMs is { } atMs ? DateTimeOffset.FromUnixTimeMilliseconds(atMs) : null,
        Lat = point.Position.Latitude,
        Lon = point.Position.Longitude,
        ElevationMeters = point.ElevationCm / 100.0,
        AccuracyMeters = point.AccuracyCm / 100.0,
        HeartRate = point.HeartRate,
        Cadence = point.Cadence,
        PowerWatts = point.PowerWatts,
        TemperatureC = point.TemperatureC,
    };

    /// <summary>
    /// The point on the grid of the recorder (1e-6 degree, 1 ms, 1 cm; halves away from zero). Implausible channels are
    /// dropped.
    /// </summary>
    /// <exception cref="InvalidOperationException">The latitude or longitude is missing: call a request's Validate
    /// first.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The latitude or longitude is out of range: same.</exception>
    public TrackPoint ToTrackPoint()
    {
        if (Lat is not { } latitude || Lon is not { } longitude)
        {
            throw new InvalidOperationException("A point without a position was not validated.");
        }

        var position = GeoPoint.FromDegrees(latitude, longitude);
        var accuracyMeters = AccuracyMeters is { } meters ? Math.Min(meters, WorstAccuracyMeters) : (double?)null;
        return new TrackPoint(
            At?.ToUnixTimeMilliseconds(),
            position.LatitudeE6,
            position.LongitudeE6,
            Plausible(ElevationMeters, -500, 9_000, 100),
            Plausible(accuracyMeters, 0, WorstAccuracyMeters, 100),
            Plausible(HeartRate, 1, 250),
            Plausible(Cadence, 0, 300),
            Plausible(PowerWatts, 0, 3_000),
            Plausible(TemperatureC, -70, 70));
    }

    // The name of the field is made only when something is wrong: a good point costs no string.
    internal void Validate(RequestProblems problems, int? index, DateTimeOffset now)
    {
        if (At >= RequestRules.EarliestTime && At <= now + RequestRules.ClockTolerance
            && Lat is >= -90 and <= 90 && Lon is >= -180 and <= 180)
        {
            return;
        }

        var field = index is null ? "location" : $"points[{index}]";
        if (At is null)
        {
            problems.Unreadable($"{field}.at", "Give the point's time.");
        }

        RequestRules.CheckTime(problems, $"{field}.at", At, now);
        CheckDegrees(problems, $"{field}.lat", Lat, 90);
        CheckDegrees(problems, $"{field}.lon", Lon, 180);
    }

    private static void CheckDegrees(RequestProblems problems, string field, double? degrees, int bound)
    {
        if (degrees is not { } given)
        {
            problems.Unreadable(field, "Give the point's position in degrees.");
        }
        else if (!(Math.Abs(given) <= bound))
        {
            problems.Impossible(field, $"This lies between -{bound} and {bound} degrees.");
        }
    }

    private static int? Plausible(double? value, double least, double most, int unitsPerOne = 1) =>
        value >= least && value <= most
            ? (int)Math.Round(value.Value * unitsPerOne, MidpointRounding.AwayFromZero)
            : null;
}
