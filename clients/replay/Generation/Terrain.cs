namespace Strava.Replay.Generation;

/// <summary>
/// An invented landscape: smooth, and the same for everyone, so that a hill is as high on every track over it.
/// </summary>
internal static class Terrain
{
    private const double MetersPerDegree = 111_195;

    // Amplitude, wavelength, direction, phase: the steepest place where all add up is about 10 %.
    private static readonly Wave[] Waves =
    [
        new(58, 9_300, 0.4, 1.1),
        new(21, 3_700, 1.7, 4.2),
        new(6, 1_450, 2.9, 0.3),
    ];

    /// <summary>Height over the lowest place, 0 to 170 m.</summary>
    public static double ReliefMeters(Place place)
    {
        // One scale for all longitudes keeps this a function of the place alone; the hills are only narrower in the
        // north.
        var eastMeters = place.Longitude * MetersPerDegree * 0.7;
        var northMeters = place.Latitude * MetersPerDegree;
        return Waves.Sum(wave => wave.At(eastMeters, northMeters));
    }

    private readonly record struct Wave(
        double AmplitudeMeters, double LengthMeters, double DirectionRadians, double Phase)
    {
        public double At(double eastMeters, double northMeters)
        {
            var (sin, cos) = Math.SinCos(DirectionRadians);
            var along = (eastMeters * cos) + (northMeters * sin);
            return AmplitudeMeters * (1 + Math.Sin((2 * Math.PI * along / LengthMeters) + Phase));
        }
    }
}
