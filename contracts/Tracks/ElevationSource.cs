using System.Text.Json.Serialization;

namespace Strava.Contracts.Tracks;

/// <summary>How a track's heights were measured, judged by their noise (<see cref="HeightNoise"/>).</summary>
[JsonConverter(typeof(WireEnumConverter<ElevationSource>))]
public enum ElevationSource
{
    /// <summary>By satellites: noisy, climb is taken from smoothed heights.</summary>
    [JsonStringEnumMemberName("GPS")]
    Gps = 1,

    /// <summary>By air pressure, or read from a map later: quiet, climb is taken from the heights as they
    /// are.</summary>
    [JsonStringEnumMemberName("BAROMETRIC")]
    Barometric = 2,
}

/// <summary>
/// How much heights jitter: of each two steps in a row that go up and down again (or down and up) the smaller, over all
/// steps. A slope has none, however steep or coarse its heights. Measured on others' recordings: barometers 0.0 to 1.8
/// cm a step, GPS receivers 11 to 21 cm (docs/figures.md).
/// </summary>
/// <param name="Steps">Steps seen.</param>
/// <param name="SumCm">Sum of the jitter, cm.</param>
/// <param name="LastCm">The last height; <c>null</c> after a break.</param>
/// <param name="LastStepCm">The step to it.</param>
public readonly record struct HeightNoise(long Steps, long SumCm, long? LastCm, long LastStepCm)
{
    // Fewer tell nothing: a minute at 1 Hz.
    private const int LeastSteps = 60;
    private const int LoudestBarometerCm = 4;

    // One wild height must not decide for a whole track.
    private const int MostStepCm = 500;

    /// <summary>What the heights so far look like; <see cref="ElevationSource.Gps"/> while there are few.</summary>
    [JsonIgnore]
    public ElevationSource Source => Steps >= LeastSteps && SumCm <= LoudestBarometerCm * Steps
        ? ElevationSource.Barometric
        : ElevationSource.Gps;

    internal HeightNoise Add(long heightCm)
    {
        if (LastCm is not { } lastCm)
        {
            return this with { LastCm = heightCm, LastStepCm = 0 };
        }

        var stepCm = Math.Clamp(heightCm - lastCm, -MostStepCm, MostStepCm);
        var jitterCm = Math.Sign(stepCm) * Math.Sign(LastStepCm) < 0
            ? Math.Min(Math.Abs(stepCm), Math.Abs(LastStepCm))
            : 0;
        return new HeightNoise(Steps + 1, SumCm + jitterCm, heightCm, stepCm);
    }

    internal HeightNoise Break() => this with { LastCm = null };
}
