using System.Diagnostics;
using Npgsql;
using Strava.Activities.Activities;
using Strava.Contracts;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;
using Strava.EventStore;

namespace Strava.Bench.Store;

/// <summary>
/// The details of a day at 1 Hz (86,400 points): read, folded and worked out, as the first opening of it does.
/// </summary>
internal static class DetailsBench
{
    private const int Points = 86_400;
    private const int Openings = 9;

    public static async Task RunAsync(NpgsqlDataSource database)
    {
        using var signal = new CommitSignal();
        var store = new ActivityStore(database, new EventReader(database, ActivityEventTypes.All), signal, TimeProvider.System);
        var id = Guid.CreateVersion7();
        await using (var session = await store.OpenSessionAsync(CancellationToken.None))
        {
            RecordingStore.Stage(session, id, Day(), "UTC", DateTimeOffset.UnixEpoch.AddYears(56));
            await store.SaveAsync(session, CancellationToken.None);
        }

        var times = new List<double>();
        for (var i = 0; i < Openings; i++)
        {
            var watch = Stopwatch.StartNew();
            var stream = await store.FetchStreamAsync(id, CancellationToken.None);
            var details = ActivityAnswers.Details(stream!, DateTimeOffset.UnixEpoch.AddYears(57));
            times.Add(watch.Elapsed.TotalMilliseconds);
            if (details.PointCount != Points)
            {
                throw new InvalidOperationException($"{details.PointCount} points were read, {Points} were stored.");
            }
        }

        Figures.Print("store.details_86400_ms", Figures.Median(times), $"ms; the first {Figures.Format(times[0])} ms");
    }

    // A wandering walk: what is measured does not depend on how plausible it is.
    private static WholeRecording Day()
    {
        var startAtMs = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var random = new Random(1);
        var (latitude, longitude, elevation) = (46_050_000, 14_500_000, 30_000);
        var points = new TrackPoint[Points];
        for (var i = 0; i < Points; i++)
        {
            latitude += random.Next(-8, 20);
            longitude += random.Next(-15, 16);
            elevation += random.Next(-1, 2) * 10;
            points[i] = new TrackPoint(startAtMs + (i * 1_000L), latitude, longitude, elevation);
        }

        StateChange[] log =
        [
            new(Transition.Started, startAtMs),
            new(Transition.Stopped, points[^1].AtMs!.Value),
            new(Transition.Complete, points[^1].AtMs!.Value),
        ];
        var chunks = points.Chunk(10_000).Select((chunk, sequence) => new TrackChunk(sequence, chunk)).ToArray();
        return new WholeRecording(
            Guid.NewGuid(), Sport.Run, "A day", Visibility.Everyone, "UTC", StateLog.Empty.AppendRange(log), chunks);
    }
}
