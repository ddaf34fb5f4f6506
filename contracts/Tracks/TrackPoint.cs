using System.Text.Json.Serialization;
using Strava.Contracts.Geo;

namespace Strava.Contracts.Tracks;

/// <summary>
/// One recorded position with its optional channels. All values are integers from birth (1e-6 degree, 1 ms, 1 cm), so
/// that every figure computed from them is the same on the phone and on the server.
/// </summary>
/// <param name="AtMs">Device time, Unix milliseconds UTC; <c>null</c> only in imported files without times.</param>
/// <param name="LatitudeE6">Latitude in 1e-6 degree, -90,000,000 to 90,000,000 (WGS 84).</param>
/// <param name="LongitudeE6">Longitude in 1e-6 degree, -180,000,000 to 180,000,000 (WGS 84).</param>
/// <param name="ElevationCm">Height in centimetres.</param>
/// <param name="AccuracyCm">Horizontal accuracy in centimetres; larger is worse.</param>
/// <param name="HeartRate">Heart rate in beats per minute.</param>
/// <param name="Cadence">Cadence in revolutions (or steps) per minute.</param>
/// <param name="PowerWatts">Power in watts.</param>
/// <param name="TemperatureC">Air temperature in degrees Celsius.</param>
/// <param name="SpeedMillimetersPerSecond">Speed by the device itself (its wheel sensor, or the receiver's Doppler), in
/// mm/s.</param>
public readonly record struct TrackPoint(
    long? AtMs,
    int LatitudeE6,
    int LongitudeE6,
    int? ElevationCm = null,
    int? AccuracyCm = null,
    int? HeartRate = null,
    int? Cadence = null,
    int? PowerWatts = null,
    int? TemperatureC = null,
    int? SpeedMillimetersPerSecond = null)
{
    /// <summary>The position alone.</summary>
    [JsonIgnore]
    public GeoPoint Position => new(LatitudeE6, LongitudeE6);

    /// <summary>Exactly 0, 0: what receivers say that have no fix. The place itself is open sea.</summary>
    [JsonIgnore]
    public bool IsNullIsland => LatitudeE6 == 0 && LongitudeE6 == 0;
}
