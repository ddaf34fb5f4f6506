using Npgsql;
using Strava.Activities.Activities;
using Strava.Activities.Live;
using Strava.Contracts.Tracks;
using Strava.EventStore;

namespace Strava.Bench.Store;

/// <summary>
/// Live posts of 5 points, 16 writers with activities of their own: each an event of its own, against the buffer that
/// is folded afterwards, the fold's time counted. Then the bytes that one activity's posts leave behind either way.
/// </summary>
internal static class LiveBufferBench
{
    private const int Writers = 16;
    private const int PostPoints = 5;
    private const int PostsAFold = 12;
    private const int WeighedActivities = 40;

    public static async Task RunAsync(NpgsqlDataSource database)
    {
        var recordings = Recordings.Make(Writers);
        using var signal = new CommitSignal();
        var store = new ActivityStore(database, new EventReader(database, ActivityEventTypes.All), signal, TimeProvider.System);
        var buffer = new LiveBuffer(database, store);
        await Contest.RunAsync(
            "store.live_buffer.vs_event",
            Writers,
            worker => new EventPoster(store, recordings[worker]).PostAsync,
            worker => new BufferPoster(store, buffer, recordings[worker]).PostAsync,
            new CpuMeter(database));

        var events = await WeighAsync(database, recording => EventsAsync(new EventPoster(store, recording)), recordings);
        var folded = await WeighAsync(database, recording => EventsAsync(new BufferPoster(store, buffer, recording)), recordings);
        Figures.Print("store.live_event.bytes_per_point", events, "bytes");
        Figures.Print("store.live_buffer.bytes_per_point", folded, "bytes");
    }

    private static async Task EventsAsync(Poster poster)
    {
        for (var post = 0; post < Recordings.Points / PostPoints; post++)
        {
            await poster.PostAsync();
        }

        await poster.EndAsync();
    }

    /// <summary>What activities leave in all tables once they are saved and vacuumed.</summary>
    private static async Task<double> WeighAsync(
        NpgsqlDataSource database, Func<WholeRecording, Task> record, IReadOnlyList<WholeRecording> recordings)
    {
        var before = await BytesAsync(database);
        for (var i = 0; i < WeighedActivities; i++)
        {
            await record(recordings[i % recordings.Count]);
        }

        return (await BytesAsync(database) - before) / (WeighedActivities * (double)Recordings.Points);
    }

    private static async Task<double> BytesAsync(NpgsqlDataSource database)
    {
        await using var vacuum = database.CreateCommand("VACUUM FULL");
        vacuum.CommandTimeout = 300;
        await vacuum.ExecuteNonQueryAsync();
        await using var size = database.CreateCommand("SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname IN "
            + "('mt_streams', 'mt_events', 'activity', 'activity_progress', 'route_chunk') OR relname LIKE 'live\\_buffer%' AND relkind = 'r'");
        return (double)(decimal)(await size.ExecuteScalarAsync())!;
    }

    private abstract class Poster(ActivityStore store, WholeRecording recording)
    {
        private readonly TrackPoint[][] _posts = [.. recording.Chunks[0].Points.Chunk(PostPoints)];
        private int _sequence;

        protected Activity? Activity { get; set; }

        protected TrackStatistics Statistics { get; private set; } = null!;

        protected ActivityStore Store => store;

        protected WholeRecording Recording => recording;

        public async Task PostAsync()
        {
            if (Activity is null || _sequence == _posts.Length)
            {
                (Activity, Statistics, _sequence) = (await LiveBench.BeginAsync(store, recording), new TrackStatistics(recording.Sport), 0);
            }

            await PostAsync(new TrackChunk(_sequence, _posts[_sequence]));
            _sequence++;
        }

        /// <summary>Saved, as its athlete would: the working rows go.</summary>
        public async Task EndAsync()
        {
            await using var session = await store.OpenSessionAsync(CancellationToken.None);
            var locked = (await store.LockAsync(session, Activity!.Id, [], CancellationToken.None))!;
            var figures = Statistics.Figures(recording.Log, 0);
            var at = DateTimeOffset.FromUnixTimeMilliseconds(recording.Log.CompletedAtMs!.Value);
            ActivityStore.Append(session, locked, [Activities.Activities.Activity.Completed(at, at, figures, default, null)], null);
            await store.SaveAsync(session, CancellationToken.None);
            Activity = null;
        }

        protected abstract Task PostAsync(TrackChunk post);
    }

    private sealed class EventPoster(ActivityStore store, WholeRecording recording) : Poster(store, recording)
    {
        protected override async Task PostAsync(TrackChunk post)
        {
            RunningFigures.Continue(Statistics, [post], Activity!.Log);
            await using var session = await Store.OpenSessionAsync(CancellationToken.None);
            Activity = ActivityStore.AppendChunk(session, Activity, post, PointCodec.ContentHash(post.Points), Statistics);
            await Store.SaveAsync(session, CancellationToken.None);
        }
    }

    private sealed class BufferPoster(ActivityStore store, LiveBuffer buffer, WholeRecording recording) : Poster(store, recording)
    {
        protected override async Task PostAsync(TrackChunk post)
        {
            if (await buffer.AddAsync(Activity!.Id, Recording.AthleteId, post, CancellationToken.None) != LivePost.Stored)
            {
                throw new InvalidOperationException($"Post {post.Sequence} was not stored.");
            }

            // A minute of posts every 5 s.
            if ((post.Sequence + 1) % PostsAFold == 0)
            {
                await buffer.FoldAsync(Activity.Id, CancellationToken.None);
            }
        }
    }
}
