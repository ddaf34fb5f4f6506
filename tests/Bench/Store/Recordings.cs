using Strava.Activities.Activities;
using Strava.Contracts;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;
using Strava.Replay.Generation;

namespace Strava.Bench.Store;

/// <summary>Recordings of the generator with 600 points each: noise, elevation, no other channel.</summary>
internal static class Recordings
{
    public const int Points = 600;

    public static readonly Guid Athlete = Guid.CreateVersion7();

    private static readonly long StartAtMs = new DateTimeOffset(2026, 5, 1, 8, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public static IReadOnlyList<WholeRecording> Make(int count) => [.. Enumerable.Range(1, count).Select(Make1)];

    private static WholeRecording Make1(int seed)
    {
        var sport = seed % 2 == 0 ? Sport.Run : Sport.Ride;
        var track = TrackGenerator.Generate(new TrackPlan
        {
            Sport = sport,
            Seed = (ulong)seed,
            Start = new Place(46.05, 14.5),
            StartAtMs = StartAtMs,
            // Long enough for 600 points at the sport's sampling.
            DistanceMeters = 9_000,
            SpeedMetersPerSecond = sport == Sport.Run ? 3.0 : 7.0,
        });
        var points = track.Points.Take(Points).Select(point => point with { AccuracyCm = null, HeartRate = null, Cadence = null });
        return new WholeRecording(
            Athlete, sport, "Morning", Visibility.Everyone, "Europe/Ljubljana",
            Strava.Contracts.Timing.StateLog.Empty.AppendRange(track.StateLog), [new TrackChunk(0, [.. points])]);
    }
}
