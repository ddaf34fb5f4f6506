using Strava.Activities.Activities;
using Strava.Contracts;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;
using Strava.Replay.Generation;

namespace Strava.Bench.Store;

/// <summary>
/// Recordings of the generator with 600 points each: noise, elevation, no other channel. Times are whole seconds, as
/// receivers at 1 Hz give them and files hold them; or as the generator makes them, with fixes that come up to 90 ms
/// late, which no codec can foresee.
/// </summary>
internal static class Recordings
{
    public const int Points = 600;

    private static readonly long StartAtMs = new DateTimeOffset(2026, 5, 1, 8, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public static IReadOnlyList<WholeRecording> Make(int count, bool lateFixes = false) =>
        [.. Enumerable.Range(1, count).Select(seed => MakeOne(seed, lateFixes))];

    private static WholeRecording MakeOne(int seed, bool lateFixes)
    {
        var sport = seed % 2 == 0 ? Sport.Run : Sport.Ride;
        var track = TrackGenerator.Generate(new TrackPlan
        {
            Sport = sport,
            Seed = (ulong)seed,
            Start = new Place(46.05, 14.5),
            StartAtMs = StartAtMs + (seed * 3_600_000L),
            // Long enough for 600 points at the sport's sampling.
            DistanceMeters = 9_000,
            SpeedMetersPerSecond = sport == Sport.Run ? 3.0 : 7.0,
        });
        var points = track.Points.Take(Points).Select(point => point with
        {
            AtMs = lateFixes ? point.AtMs : point.AtMs / 1_000 * 1_000,
            AccuracyCm = null,
            HeartRate = null,
            Cadence = null,
        });
        return new WholeRecording(
            Guid.NewGuid(), sport, "Morning", Visibility.Everyone, "Europe/Ljubljana",
            StateLog.Empty.AppendRange(track.StateLog), [new TrackChunk(0, [.. points])]);
    }
}
