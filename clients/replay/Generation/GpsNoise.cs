namespace Strava.Replay.Generation;

/// <summary>
/// A receiver's error: it wanders over tens of seconds and is smooth from second to second (a random walk that is
/// pulled back, then smoothed), with a little jitter on top. White noise would lengthen every track by far too much.
/// </summary>
internal sealed class GpsNoise
{
    private const double DeviationMeters = 3.5;
    private const double WanderSeconds = 45;
    private const double SmoothSeconds = 15;
    private const double JitterMeters = 0.15;

    private readonly SeededRandom _random;
    private Axis _east;
    private Axis _north;
    private double _quality;

    public GpsNoise(SeededRandom random)
    {
        _random = random;
        _east = Axis.Settled(random.Gauss() * DeviationMeters);
        _north = Axis.Settled(random.Gauss() * DeviationMeters);
        _quality = random.Gauss();
    }

    /// <summary>What the receiver believes of itself, m.</summary>
    public double AccuracyMeters => Math.Round(4.2 * Scale, 1);

    public double EastMeters => (_east.Smooth * Scale) + (JitterMeters * _random.Gauss());

    public double NorthMeters => (_north.Smooth * Scale) + (JitterMeters * _random.Gauss());

    // Under trees it is worse, on a field better; changes over minutes.
    private double Scale => Math.Clamp(1 + (0.18 * _quality), 0.6, 2);

    public void AdvanceOneSecond()
    {
        _east = _east.Next(_random.Gauss());
        _north = _north.Next(_random.Gauss());
        _quality += (-_quality / 120) + (0.13 * _random.Gauss());
    }

    private readonly record struct Axis(double Wander, double Smooth)
    {
        // The smoothing takes away part of the variance: the walk is made larger by as much.
        private static readonly double WalkDeviation =
            DeviationMeters * Math.Sqrt((WanderSeconds + SmoothSeconds) / WanderSeconds) * Math.Sqrt(2 / WanderSeconds);

        public static Axis Settled(double meters) => new(meters, meters);

        public Axis Next(double gauss)
        {
            var wander = Wander - (Wander / WanderSeconds) + (WalkDeviation * gauss);
            return new Axis(wander, Smooth + ((wander - Smooth) / SmoothSeconds));
        }
    }
}
