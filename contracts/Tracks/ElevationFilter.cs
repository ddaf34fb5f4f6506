namespace Strava.Contracts.Tracks;

/// <summary>
/// Climb and descent: median of 3, then an exponential mean with factor 1/2 (kept in 1/256 cm), then a hysteresis of 2
/// m, all in integers. Source: peers.md 2.6, the one rule that is sane on barometers and on noisy GPS heights alike.
/// </summary>
/// <param name="GainCm">Climb so far, cm.</param>
/// <param name="LossCm">Descent so far, cm, positive.</param>
/// <param name="OlderCm">Height before the last one; <c>null</c> when nothing has come since the last break.</param>
/// <param name="LastCm">The last height.</param>
/// <param name="MeanFixed">The mean in 1/256 cm.</param>
/// <param name="AnchorCm">Height at which the last change of 2 m was counted.</param>
public readonly record struct ElevationFilter(
    long GainCm, long LossCm, long? OlderCm, long LastCm, long MeanFixed, long AnchorCm)
{
    private const int HysteresisCm = 200;
    private const int FixedPerCm = 256;

    internal ElevationFilter Add(long heightCm)
    {
        if (OlderCm is not { } olderCm)
        {
            return new ElevationFilter(GainCm, LossCm, heightCm, heightCm, heightCm * FixedPerCm, heightCm);
        }

        var medianCm = Math.Max(Math.Min(olderCm, LastCm), Math.Min(Math.Max(olderCm, LastCm), heightCm));
        var meanFixed = MeanFixed + (((medianCm * FixedPerCm) - MeanFixed) / 2);
        var smoothCm = (meanFixed + (FixedPerCm / 2)) >> 8;
        var changeCm = smoothCm - AnchorCm;
        return new ElevationFilter(
            GainCm + (changeCm >= HysteresisCm ? changeCm : 0),
            LossCm - (changeCm <= -HysteresisCm ? changeCm : 0),
            LastCm,
            heightCm,
            meanFixed,
            Math.Abs(changeCm) >= HysteresisCm ? smoothCm : AnchorCm);
    }

    // Nothing is climbed across a pause: the next height begins anew.
    internal ElevationFilter Break() => new(GainCm, LossCm, OlderCm: null, 0, 0, 0);
}
