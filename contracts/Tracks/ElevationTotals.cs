using System.Text.Json.Serialization;

namespace Strava.Contracts.Tracks;

/// <summary>Climb as it would be for either source, cm.</summary>
/// <param name="GpsCm">Of smoothed heights.</param>
/// <param name="BarometricCm">Of the heights as they are.</param>
public readonly record struct ElevationGains(long GpsCm, long BarometricCm)
{
    internal long Of(ElevationSource source) => source == ElevationSource.Barometric ? BarometricCm : GpsCm;

    internal ElevationGains Less(ElevationGains earlier) =>
        new(GpsCm - earlier.GpsCm, BarometricCm - earlier.BarometricCm);
}

/// <summary>
/// Climb and descent of a track whose source shows only as its heights come: both rules are followed, and the noise of
/// all heights so far says which one holds. O(1) a height.
/// </summary>
/// <param name="Gps">The rule for noisy heights.</param>
/// <param name="Barometric">The rule for quiet ones.</param>
/// <param name="Noise">Their noise.</param>
/// <param name="Known">The source where the recording says it, which ends all guessing.</param>
public readonly record struct ElevationTotals(
    ElevationFilter Gps, ElevationHysteresis Barometric, HeightNoise Noise, ElevationSource? Known = null)
{
    /// <summary>The source; <c>null</c> without heights.</summary>
    [JsonIgnore]
    public ElevationSource? Source => Barometric.LastCm is null ? null : Rule;

    /// <summary>The source whose rule holds, whether or not there are heights.</summary>
    [JsonIgnore]
    public ElevationSource Rule => Known ?? Noise.Source;

    internal ElevationGains Gains => new(Gps.Climb.GainCm, Barometric.GainCm);

    internal ElevationHysteresis Climb => Rule == ElevationSource.Barometric ? Barometric : Gps.Climb;

    internal ElevationTotals Add(long heightCm) => new(
        Gps.Add(heightCm),
        Noise.LastCm is null ? Barometric.Begin(heightCm) : Barometric.Add(heightCm),
        Noise.Add(heightCm),
        Known);

    // The next height begins anew.
    internal ElevationTotals Break() => this with { Gps = Gps.Break(), Noise = Noise.Break() };
}
