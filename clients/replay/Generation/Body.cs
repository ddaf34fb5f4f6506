using Strava.Contracts.Sports;

namespace Strava.Replay.Generation;

/// <summary>
/// Heart rate and cadence of the athlete: the heart follows the effort with a lag and drifts up as they tire.
/// </summary>
internal sealed class Body(TrackPlan plan, SeededRandom random)
{
    private const double StandingMetersPerSecond = 0.5;
    private const double LagSeconds = 28;

    private double _heartRate = 88 + random.Between(-6, 6);

    public int HeartRate => (int)Math.Round(Math.Clamp(_heartRate + (0.6 * random.Gauss()), 45, 198));

    public void AdvanceOneSecond(Tick tick, double grade, double progress)
    {
        var effort = Math.Clamp(tick.SpeedMetersPerSecond / plan.SpeedMetersPerSecond * (1 + (6 * grade)), 0, 1.35);
        var target = 82 + (72 * effort) + (10 * progress * effort);
        _heartRate += (target - _heartRate) / LagSeconds;
    }

    /// <summary>Steps or revolutions a minute; a rider coasts downhill.</summary>
    public int Cadence(Tick tick, double grade)
    {
        if (tick.SpeedMetersPerSecond < StandingMetersPerSecond || (plan.Sport == Sport.Ride && grade < -0.035))
        {
            return 0;
        }

        return plan.Sport == Sport.Ride
            ? (int)Math.Round(Math.Clamp(85 - (150 * grade) + (2.5 * random.Gauss()), 55, 108))
            : (int)Math.Round(Math.Clamp(146 + (7 * tick.SpeedMetersPerSecond) + (1.5 * random.Gauss()), 100, 195));
    }
}
