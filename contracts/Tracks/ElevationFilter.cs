namespace Strava.Contracts.Tracks;

/// <summary>Climb and descent in steps of at least 2 m: what goes up and down by less counts nothing. All
/// integers.</summary>
/// <param name="GainCm">Climb so far, cm.</param>
/// <param name="LossCm">Descent so far, cm, positive.</param>
/// <param name="AnchorCm">Height at which the last step was counted.</param>
/// <param name="LastCm">The last height; <c>null</c> before the first.</param>
public readonly record struct ElevationHysteresis(long GainCm, long LossCm, long AnchorCm, long? LastCm)
{
    private const int StepCm = 200;

    // Nothing is climbed across a pause, but the part of a step that was under way goes on after it: begun anew, it
    // would cost up to 2 m a pause (a ride with 47 pauses lost 5 % of its climb).
    internal ElevationHysteresis Begin(long heightCm) =>
        this with { AnchorCm = heightCm + (AnchorCm - (LastCm ?? AnchorCm)), LastCm = heightCm };

    internal ElevationHysteresis Add(long heightCm)
    {
        var changeCm = heightCm - AnchorCm;
        return new ElevationHysteresis(
            GainCm + (changeCm >= StepCm ? changeCm : 0),
            LossCm - (changeCm <= -StepCm ? changeCm : 0),
            Math.Abs(changeCm) >= StepCm ? heightCm : AnchorCm,
            heightCm);
    }
}

/// <summary>
/// Climb and descent of heights that a GPS receiver made: median of 3, then an exponential mean with factor 1/2 (kept
/// in 1/256 cm), then steps of 2 m, all in integers. Source: peers.md 2.6, the one rule that is sane on noisy heights.
/// </summary>
/// <param name="Climb">Of the mean.</param>
/// <param name="OlderCm">Height before the last one; <c>null</c> when nothing has come since the last break.</param>
/// <param name="LastCm">The last height.</param>
/// <param name="MeanFixed">The mean in 1/256 cm.</param>
public readonly record struct ElevationFilter(ElevationHysteresis Climb, long? OlderCm, long LastCm, long MeanFixed)
{
    private const int FixedPerCm = 256;

    internal ElevationFilter Add(long heightCm)
    {
        if (OlderCm is not { } olderCm)
        {
            return new ElevationFilter(Climb.Begin(heightCm), heightCm, heightCm, heightCm * FixedPerCm);
        }

        var medianCm = Math.Max(Math.Min(olderCm, LastCm), Math.Min(Math.Max(olderCm, LastCm), heightCm));
        var meanFixed = MeanFixed + (((medianCm * FixedPerCm) - MeanFixed) / 2);
        return new ElevationFilter(Climb.Add((meanFixed + (FixedPerCm / 2)) >> 8), LastCm, heightCm, meanFixed);
    }

    internal ElevationFilter Break() => this with { OlderCm = null };
}
