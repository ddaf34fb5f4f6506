using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;
using Strava.Replay.Generation;

namespace Strava.Replay.Tests;

/// <summary>Plans, and the figures that the product makes of what they give.</summary>
internal static class Some
{
    public const long StartAtMs = 1_763_800_000_123;

    /// <summary>Of all kinds, from the seed alone.</summary>
    public static TrackPlan Plan(ulong seed, Sport sport)
    {
        var random = new SeededRandom(seed);
        var isRide = sport == Sport.Ride;
        return new TrackPlan
        {
            Sport = sport,
            Seed = seed,
            Start = new Place(random.Between(-60, 65), random.Between(-179, 179)),
            StartAtMs = StartAtMs,
            DistanceMeters = isRide ? random.Between(8_000, 45_000) : random.Between(3_000, 15_000),
            SpeedMetersPerSecond = isRide ? random.Between(5.5, 9) : random.Between(2.3, 3.9),
            TrafficLights = random.Whole(0, 5),
            Pauses = random.Whole(0, 3),
            Dropouts = random.Whole(0, 4),
        };
    }

    public static StateLog LogOf(GeneratedTrack track)
    {
        var reading = StateLog.Read([.. track.StateLog]);
        Assert.That(reading.Refusal, Is.Null, "a phone's own log is accepted");
        return reading.Log;
    }

    public static TrackFigures FiguresOf(GeneratedTrack track)
    {
        var log = LogOf(track);
        var ordered = TrackOrder.Merge([new TrackChunk(0, [.. track.Points])], log);
        return TrackStatistics.Compute(track.Sport, log, ordered, asOfMs: 0);
    }
}
