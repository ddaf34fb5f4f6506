using System.Text.Json;
using Npgsql;
using Strava.Activities.Activities;
using Strava.Contracts.Events;
using Strava.Contracts.Tracks;
using Strava.EventStore;

namespace Strava.Bench.Store;

/// <summary>
/// A whole activity (5 events, 600 points) read and folded to its ordered points, 16 readers. The raw side is one
/// prepared SELECT and the same decoding by hand.
/// </summary>
internal static class ReadBench
{
    private const int Readers = 16;
    private const int Activities = 500;

    public static async Task RunAsync(NpgsqlDataSource database)
    {
        using var signal = new CommitSignal();
        var store = new ActivityStore(database, new EventReader(database, ActivityEventTypes.All), signal, TimeProvider.System);
        var ids = new List<Guid>();
        var prepared = Recordings.Make(100).Select(AppendBench.Prepared.Of).ToArray();
        for (var i = 0; i < Activities; i++)
        {
            ids.Add(await prepared[i % prepared.Length].StoreAsync(store));
        }

        var connections = await RawRows.OpenAsync(database, Readers);
        await Contest.RunAsync(
            "store.read.vs_raw",
            Readers,
            worker =>
            {
                var next = worker;
                return () => ReadRawAsync(connections[worker], ids[next++ % ids.Count]);
            },
            worker =>
            {
                var next = worker;
                return async () =>
                {
                    var stream = await store.FetchStreamAsync(ids[next++ % ids.Count], CancellationToken.None);
                    Check(stream!.Points().Length);
                };
            },
            new CpuMeter(database));
    }

    private static async Task ReadRawAsync(NpgsqlConnection connection, Guid id)
    {
        await using var command = new NpgsqlCommand("SELECT type, data FROM mt_events WHERE stream_id = $1 ORDER BY version", connection)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = id } },
        };
        var events = new List<object>();
        await using (var rows = await command.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync())
            {
                var type = ActivityEventTypes.All.All.First(known => known.Alias == rows.GetString(0));
                events.Add(JsonSerializer.Deserialize(rows.GetString(1), type.Json)!);
            }
        }

        var activity = Activity.Of(id, events);
        var chunks = events.OfType<RouteRecorded>()
            .Select(chunk => new TrackChunk(chunk.Sequence, PointCodec.Decode(Convert.FromBase64String(chunk.Points!))))
            .ToArray();
        Check(TrackOrder.Merge(chunks, activity.Log).Length);
    }

    private static void Check(int points)
    {
        if (points != Recordings.Points)
        {
            throw new InvalidOperationException($"{points} points were read, {Recordings.Points} were stored.");
        }
    }
}
