using Npgsql;
using Strava.Activities.Activities;
using Strava.Contracts.Events;
using Strava.Contracts.Tracks;
using Strava.EventStore;

namespace Strava.Bench.Store;

/// <summary>
/// A 20-point chunk appended to an open activity with the rows beside it (stream, event, chunk, summary, running
/// figures), 16 writers, each with activities of its own. Ours encodes the points and works out the figures; the raw
/// side sends what was encoded before.
/// </summary>
internal static class LiveBench
{
    private const int Writers = 16;
    private const int ChunkPoints = 20;

    public static async Task RunAsync(NpgsqlDataSource database)
    {
        var recordings = Recordings.Make(Writers);
        using var signal = new CommitSignal();
        var store = new ActivityStore(database, new EventReader(database, ActivityEventTypes.All), signal, TimeProvider.System);
        var connections = await RawRows.OpenAsync(database, Writers);
        await Contest.RunAsync(
            "store.live.vs_raw",
            Writers,
            worker => new RawWriter(connections[worker], store, recordings[worker]).WriteAsync,
            worker => new OurWriter(store, recordings[worker]).WriteAsync,
            new CpuMeter(database));
    }

    internal static async Task<Activity> BeginAsync(ActivityStore store, WholeRecording recording)
    {
        await using var session = await store.OpenSessionAsync(CancellationToken.None);
        var startedAt = DateTimeOffset.FromUnixTimeMilliseconds(recording.Log.StartedAtMs!.Value);
        var activity = ActivityStore.Start(session, Guid.CreateVersion7(),
        [
            new ActivityCreated(recording.AthleteId, recording.Sport, "Morning", recording.Visibility, recording.TimeZone, startedAt),
            new ActivityStarted(startedAt),
        ]);
        await store.SaveAsync(session, CancellationToken.None);
        return activity;
    }

    private static TrackPoint[][] Chunks(WholeRecording recording) => [.. recording.Chunks[0].Points.Chunk(ChunkPoints)];

    private sealed class OurWriter(ActivityStore store, WholeRecording recording)
    {
        private readonly TrackPoint[][] _chunks = Chunks(recording);
        private Activity? _activity;
        private TrackStatistics _statistics = null!;
        private int _sequence;

        public async Task WriteAsync()
        {
            if (_activity is null || _sequence == _chunks.Length)
            {
                (_activity, _statistics, _sequence) = (await BeginAsync(store, recording), new TrackStatistics(recording.Sport), 0);
            }

            var chunk = new TrackChunk(_sequence, _chunks[_sequence]);
            foreach (var (point, interval) in TrackOrder.Merge([chunk], _activity.Log))
            {
                _statistics.Add(point, interval);
            }

            await using var session = await store.OpenSessionAsync(CancellationToken.None);
            _activity = ActivityStore.AppendChunk(session, _activity, chunk, PointCodec.ContentHash(chunk.Points), _statistics);
            await store.SaveAsync(session, CancellationToken.None);
            _sequence++;
        }
    }

    private sealed class RawWriter(NpgsqlConnection connection, ActivityStore store, WholeRecording recording)
    {
        private readonly Encoded[] _chunks = Encode(recording);
        private Guid? _activity;
        private int _sequence;

        public async Task WriteAsync()
        {
            if (_activity is null || _sequence == _chunks.Length)
            {
                (_activity, _sequence) = ((await BeginAsync(store, recording)).Id, 0);
            }

            var id = _activity.Value;
            var version = 3L + _sequence;
            var chunk = _chunks[_sequence];
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    RawRows.StreamVersion(id, version),
                    RawRows.Event(id, version, chunk.Body),
                    RawRows.Chunk(id, _sequence, chunk.ContentHash),
                    new("UPDATE activity SET version = $2 WHERE id = $1")
                    {
                        Parameters =
                        {
                            new NpgsqlParameter<Guid> { TypedValue = id },
                            new NpgsqlParameter<long> { TypedValue = version },
                        },
                    },
                    new("UPDATE activity_progress SET figures = $2, points_sent = $3 WHERE activity_id = $1")
                    {
                        Parameters =
                        {
                            new NpgsqlParameter<Guid> { TypedValue = id },
                            new NpgsqlParameter<byte[]> { TypedValue = chunk.Figures },
                            new NpgsqlParameter<int> { TypedValue = ChunkPoints * (_sequence + 1) },
                        },
                    },
                },
            };
            await batch.ExecuteNonQueryAsync();
            _sequence++;
        }

        private static Encoded[] Encode(WholeRecording recording)
        {
            var statistics = new TrackStatistics(recording.Sport);
            return [.. Chunks(recording).Select((points, sequence) =>
            {
                var chunk = new TrackChunk(sequence, points);
                foreach (var (point, interval) in TrackOrder.Merge([chunk], recording.Log))
                {
                    statistics.Add(point, interval);
                }

                return new Encoded(
                    RawRows.Encode(ActivityStream.EventOf(chunk)),
                    PointCodec.ContentHash(points),
                    TrackStatisticsCodec.Encode(statistics.Snapshot()));
            })];
        }

        private sealed record Encoded((string Alias, string DotNetType, string Json) Body, byte[] ContentHash, byte[] Figures);
    }
}
