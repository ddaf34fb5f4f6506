using Npgsql;
using Strava.Activities.Activities;
using Strava.Contracts.Events;
using Strava.EventStore;

namespace Strava.Bench.Store;

/// <summary>
/// A whole activity (5 events, 600 points) with the rows beside it, 16 writers. Ours begins with the events as objects,
/// ends with the commit's answer; the points are encoded before on both sides.
/// </summary>
internal static class AppendBench
{
    private const int Writers = 16;

    public static async Task RunAsync(NpgsqlDataSource database)
    {
        var activities = Recordings.Make(64).Select(Prepared.Of).ToArray();
        using var signal = new CommitSignal();
        var store = new ActivityStore(database, new EventReader(database, ActivityEventTypes.All), signal, TimeProvider.System);
        var connections = await RawRows.OpenAsync(database, Writers);
        await Contest.RunAsync(
            "store.append.vs_raw",
            Writers,
            worker =>
            {
                var next = worker;
                return () => activities[next++ % activities.Length].WriteRawAsync(connections[worker]);
            },
            worker =>
            {
                var next = worker;
                return () => activities[next++ % activities.Length].StoreAsync(store);
            },
            new CpuMeter(database));
    }

    /// <summary>A recording's events, and what the raw side sends for them.</summary>
    internal sealed record Prepared(
        IReadOnlyList<object> Events, (string Alias, string DotNetType, string Json)[] Bodies, Activity Activity)
    {
        public double PointBytes =>
            Events.OfType<RouteRecorded>().Sum(chunk => Convert.FromBase64String(chunk.Points!).Length);

        public static Prepared Of(WholeRecording recording)
        {
            var events = RecordingStore.Events(recording, "Europe/Ljubljana", DateTimeOffset.UnixEpoch.AddYears(56));
            return new Prepared(
                events,
                [.. events.Select(RawRows.Encode)],
                Activity.Of(Guid.Empty, events));
        }

        public async Task<Guid> StoreAsync(ActivityStore store)
        {
            var id = Guid.CreateVersion7();
            await using var session = await store.OpenSessionAsync(CancellationToken.None);
            ActivityStore.Start(session, id, Events);
            await store.SaveAsync(session, CancellationToken.None);
            return id;
        }

        public async Task WriteRawAsync(NpgsqlConnection connection)
        {
            var id = Guid.CreateVersion7();
            await using var batch = new NpgsqlBatch(connection) { BatchCommands = { RawRows.Stream(id, Bodies.Length) } };
            for (var i = 0; i < Bodies.Length; i++)
            {
                batch.BatchCommands.Add(RawRows.Event(id, i + 1, Bodies[i]));
            }

            batch.BatchCommands.Add(ActivityRows.Upsert(Activity with { Id = id }));
            await batch.ExecuteNonQueryAsync();
        }
    }
}
