using Strava.Contracts.Geo;
using Strava.Contracts.Tracks;

namespace Strava.Testing.Simulation;

/// <summary>Records a way as a satellite receiver does.</summary>
/// <param name="NoiseMeters">Standard deviation in each direction.</param>
/// <param name="DriftSeconds">How long an error lasts; 0: each point's is its own.</param>
/// <param name="SamplingMs">Between two points.</param>
/// <param name="DropoutShare">Of the points that begin a gap of 10 to 30 s.</param>
internal sealed record Receiver(
    double NoiseMeters = 0, double DriftSeconds = 0, int SamplingMs = 1_000, double DropoutShare = 0)
{
    public const long StartMs = 1_795_305_600_000;

    /// <param name="metersAt">How far along the way after so many ms; the recording ends with the way.</param>
    public TrackPoint[] Record(Plane plane, Way way, Func<long, double> metersAt, Random random, long startMs = StartMs)
    {
        var points = new List<TrackPoint>();
        var kept = DriftSeconds > 0 ? Math.Exp(-SamplingMs / 1_000.0 / DriftSeconds) : 0;
        var error = Gauss(random);
        long dropoutToMs = 0;
        for (var ms = 0L; ; ms += SamplingMs)
        {
            var meters = metersAt(ms);
            error = (kept * error) + (Math.Sqrt(1 - (kept * kept)) * Gauss(random));
            if (DropoutShare > 0 && random.NextDouble() < DropoutShare)
            {
                dropoutToMs = ms + random.Next(10_000, 30_000);
            }

            if (ms >= dropoutToMs)
            {
                points.Add(Point(plane.Place(way.At(meters) + (NoiseMeters * error)), startMs + ms));
            }

            if (meters >= way.Meters)
            {
                return [.. points];
            }
        }
    }

    public TrackPoint[] Record(Plane plane, Way way, double metersPerSecond, Random random, long startMs = StartMs) =>
        Record(plane, way, ms => ms * metersPerSecond / 1_000, random, startMs);

    public static Spot Gauss(Random random)
    {
        var length = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
        var (sin, cos) = Math.SinCos(Math.Tau * random.NextDouble());
        return new Spot(length * cos, length * sin);
    }

    private static TrackPoint Point(GeoPoint place, long atMs) => new(atMs, place.LatitudeE6, place.LongitudeE6);
}
