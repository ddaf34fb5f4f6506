using System.Text;
using Npgsql;
using Strava.Activities.Activities;
using Strava.Contracts.Tracks;

namespace Strava.Bench.Store;

/// <summary>Where our side's CPU time of the live and the read contest goes, step by step on one thread.</summary>
internal static class ProfileBench
{
    private const int ChunkPoints = 20;

    public static Task RunAsync(NpgsqlDataSource database)
    {
        var recording = Recordings.Make(1)[0];
        var points = recording.Chunks[0].Points;
        var chunk = new TrackChunk(3, points[..ChunkPoints]);
        var statistics = new TrackStatistics(recording.Sport);
        foreach (var (point, interval) in TrackOrder.Merge([new TrackChunk(0, points)], recording.Log))
        {
            statistics.Add(point, interval);
        }

        var recorded = ActivityStream.EventOf(chunk);
        Step("live: encode", () => PointCodec.Encode(chunk.Points));
        Step("live: event with base64", () => ActivityStream.EventOf(chunk));
        Step("live: event's JSON", () => RawRows.Encode(recorded));
        Step("live: content hash", () => PointCodec.ContentHash(chunk.Points));
        Step("live: order the points", () => TrackOrder.Merge([chunk], recording.Log));
        Step("live: figures", () =>
        {
            var figures = new TrackStatistics(recording.Sport);
            foreach (var point in chunk.Points)
            {
                figures.Add(point, 0);
            }

            return figures;
        });
        Step("live: figures' bytes", () => TrackStatisticsCodec.Encode(statistics.Snapshot()));

        var whole = ActivityStream.EventOf(new TrackChunk(0, points));
        var json = Encoding.UTF8.GetBytes(RawRows.Encode(whole).Json);
        var bytes = Convert.FromBase64String(whole.Points!);
        var chunks = new[] { new TrackChunk(0, points) };
        Step("read: body from JSON", () => ActivityEventTypes.All.Read("route_recorded", json));
        Step("read: base64", () => Convert.FromBase64String(whole.Points!));
        Step("read: decode", () => PointCodec.Decode(bytes));
        Step("read: order the points", () => TrackOrder.Merge(chunks, recording.Log));
        return Task.CompletedTask;
    }

    private static void Step(string name, Func<object> work)
    {
        const int Warm = 20_000;
        const int Times = 20_000;
        for (var i = 0; i < Warm; i++)
        {
            GC.KeepAlive(work());
        }

        // Long enough for tiered compilation to come and go.
        Thread.Sleep(300);
        for (var i = 0; i < Warm; i++)
        {
            GC.KeepAlive(work());
        }

        var (before, allocated) = (CpuMeter.Own, GC.GetAllocatedBytesForCurrentThread());
        for (var i = 0; i < Times; i++)
        {
            GC.KeepAlive(work());
        }

        var us = (CpuMeter.Own - before).TotalMicroseconds / Times;
        Figures.Note($"{name,-28} {us,7:0.0} us {(GC.GetAllocatedBytesForCurrentThread() - allocated) / Times,8} bytes");
    }
}
