using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Strava.Activities.Live;
using Strava.Activities.Sharding;
using Strava.Contracts.Tracks;
using static Strava.Activities.Tests.ActivityFixture;

namespace Strava.Activities.Tests;

/// <summary>
/// Live posts between their receipt and their stream. The fold's own worker waits a minute: here it is done by hand.
/// </summary>
[Category("Integration")]
public sealed class LiveBufferTests
{
    private static Shard Shard => Services.GetRequiredService<Shards>().Home;

    [Test]
    public async Task Buffered_points_are_in_the_details_and_a_fold_changes_no_figure()
    {
        var (athlete, id, owner) = await StartedAsync();
        await JsonAsync(SendAsync(athlete, id, 0, 0, 5), 200);
        await AddAsync(id, owner, 1, 10, 15);
        await AddAsync(id, owner, 2, 20);

        var buffered = await DetailsAsync(athlete, id);
        Assert.That(buffered.GetProperty("pointCount").GetInt32(), Is.EqualTo(5));
        Assert.That(await CountAsync(id, "live_buffer", "activity_id"), Is.EqualTo(2));
        var streams = await JsonAsync(athlete.GetAsync($"/activities/{id}/streams"), 200);
        Assert.That(streams.GetProperty("time").GetArrayLength(), Is.EqualTo(5));

        Assert.That(await Shard.Live.FoldAsync(Guid.Parse(id), default), Is.EqualTo(2));
        var folded = await DetailsAsync(athlete, id);
        foreach (var figure in new[] { "distanceMeters", "elevationGainMeters", "pointCount", "route" })
        {
            Assert.That(folded.GetProperty(figure).ToString(), Is.EqualTo(buffered.GetProperty(figure).ToString()), figure);
        }

        Assert.That(folded.GetProperty("version").GetInt64(), Is.EqualTo(buffered.GetProperty("version").GetInt64() + 1), "one event");
        Assert.That(await CountAsync(id, "live_buffer", "activity_id"), Is.Zero);
        var stream = await Shard.Store.FetchStreamAsync(Guid.Parse(id), default);
        Assert.That(stream!.Chunks.Select(chunk => (chunk.Sequence, chunk.Points.Length)), Is.EqualTo(new[] { (0L, 2), (1L, 2), (2L, 1) }));

        // The running figures went on with the fold: the next chunk has them.
        var next = await JsonAsync(SendAsync(athlete, id, 3, 25), 200);
        Assert.That(next.GetProperty("distanceMeters").GetDouble(), Is.EqualTo(5 * 11.12).Within(0.02));
    }

    [Test]
    public async Task The_same_post_again_changes_nothing_and_other_bytes_are_refused_buffered_folded_and_saved()
    {
        var (athlete, id, owner) = await StartedAsync();
        Assert.That(await AddAsync(id, owner, 0, 0, 5), Is.EqualTo(LivePost.Stored));
        await SameAsync("in the buffer");
        await JsonAsync(SendAsync(athlete, id, 0, 0, 5), 200);
        await JsonAsync(SendAsync(athlete, id, 0, 0, 6), 409);
        await Shard.Live.FoldAsync(Guid.Parse(id), default);
        await SameAsync("folded");
        await JsonAsync(SendAsync(athlete, id, 1, 10), 200);
        Assert.That(await AddAsync(id, owner, 1, 10), Is.EqualTo(LivePost.Repeated), "it came as a chunk");
        var saved = await JsonAsync(ChangeAsync(athlete, id, "COMPLETE", 20), 200);
        await SameAsync("saved");

        Assert.That(saved.GetProperty("pointCount").GetInt32(), Is.EqualTo(3));
        Assert.That(await AddAsync(id, owner, 2, 15), Is.EqualTo(LivePost.WrongState));
        Assert.That(await AddAsync(id, Guid.CreateVersion7(), 2, 15), Is.EqualTo(LivePost.Missing));
        Assert.That(await AddAsync(Guid.CreateVersion7().ToString(), owner, 0, 15), Is.EqualTo(LivePost.Missing));

        async Task SameAsync(string where)
        {
            Assert.That(await AddAsync(id, owner, 0, 0, 5), Is.EqualTo(LivePost.Repeated), where);
            Assert.That(await AddAsync(id, owner, 0, 0, 6), Is.EqualTo(LivePost.Differs), where);
        }
    }

    [Test]
    public async Task A_pause_folds_and_complete_counts_what_is_in_the_buffer()
    {
        var (athlete, id, owner) = await StartedAsync();
        await AddAsync(id, owner, 0, 0, 5);
        await AddAsync(id, owner, 1, 10);
        await AddAsync(id, owner, 5, 15);
        await JsonAsync(ChangeAsync(athlete, id, "PAUSED", 20), 200);
        Assert.That(await CountAsync(id, "live_buffer", "activity_id"), Is.Zero);
        Assert.That(await CountAsync(id, "mt_events", "stream_id"), Is.EqualTo(2 + 2 + 1), "numbers 0 and 1 in one event, 5 in another");

        await JsonAsync(ChangeAsync(athlete, id, "RESUMED", 30), 200);
        foreach (var sequence in new[] { 4, 2, 3 })
        {
            await AddAsync(id, owner, sequence, 30 + (sequence * 5));
        }

        await JsonAsync(
            athlete.PatchAsJsonAsync($"/activities/{id}", new { state = "COMPLETE", at = At(60), expectedChunks = 7 }), 409);
        var saved = await JsonAsync(
            athlete.PatchAsJsonAsync($"/activities/{id}", new { state = "COMPLETE", at = At(60), expectedChunks = 6, pointCount = 7 }), 200);
        Assert.That(saved.GetProperty("pointCount").GetInt32(), Is.EqualTo(7));
        Assert.That(await CountAsync(id, "live_buffer", "activity_id"), Is.Zero);
        Assert.That((await DetailsAsync(athlete, id)).ToString(), Is.EqualTo(saved.ToString()));
    }

    [Test]
    public async Task Deleting_takes_the_buffer_away()
    {
        var (athlete, id, owner) = await StartedAsync();
        await AddAsync(id, owner, 0, 0, 5);
        await JsonAsync(athlete.DeleteAsync($"/activities/{id}"), 204);
        Assert.That(await CountAsync(id, "live_buffer", "activity_id"), Is.Zero);
        Assert.That(await AddAsync(id, owner, 1, 10), Is.EqualTo(LivePost.Missing));
    }

    [Test]
    public async Task Posts_chunks_and_folds_at_once_on_several_nodes_lose_nothing_and_store_nothing_twice()
    {
        var (athlete, id, owner) = await StartedAsync();
        using var folding = new CancellationTokenSource();
        var folds = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            var moved = 0;
            while (!folding.IsCancellationRequested)
            {
                moved += await Shard.Live.FoldAsync(Guid.Parse(id), default);
            }

            return moved;
        })).ToArray();
        // Each third as a chunk, each post twice at the same time.
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 60).SelectMany(i => new[] { i, i }).Select(async i =>
        {
            if (i % 3 == 0)
            {
                await JsonAsync(SendAsync(athlete, id, i, i * 5), 200);
                return LivePost.Repeated;
            }

            return await AddAsync(id, owner, i, i * 5);
        }));
        await folding.CancelAsync();
        var moved = (await Task.WhenAll(folds)).Sum();

        var saved = await JsonAsync(ChangeAsync(athlete, id, "COMPLETE", 400), 200);
        Assert.That(outcomes.Count(outcome => outcome == LivePost.Stored), Is.EqualTo(40), "of two at once one is stored");
        Assert.That(moved, Is.LessThanOrEqualTo(40));
        Assert.That(saved.GetProperty("pointCount").GetInt32(), Is.EqualTo(60));
        var stream = await Shard.Store.FetchStreamAsync(Guid.Parse(id), default);
        Assert.That(stream!.Chunks.Select(chunk => chunk.Sequence).Order(), Is.EqualTo(Enumerable.Range(0, 60)));
    }

    [Test]
    public async Task Posts_that_race_the_end_are_counted_or_refused()
    {
        for (var round = 0; round < 5; round++)
        {
            var (athlete, id, owner) = await StartedAsync();
            await AddAsync(id, owner, 0, 0);
            var posts = Enumerable.Range(1, 10).Select(i => AddAsync(id, owner, i, i * 5)).ToArray();
            var saved = await JsonAsync(ChangeAsync(athlete, id, "COMPLETE", 100), 200);
            var stored = 1 + (await Task.WhenAll(posts)).Count(outcome => outcome == LivePost.Stored);
            Assert.That(saved.GetProperty("pointCount").GetInt32(), Is.EqualTo(stored));
            Assert.That(await CountAsync(id, "live_buffer", "activity_id"), Is.Zero);
        }
    }

    [Test]
    public async Task A_fold_that_is_cut_off_has_done_nothing()
    {
        var (athlete, id, owner) = await StartedAsync();
        await AddAsync(id, owner, 0, 0, 5);
        var before = (await DetailsAsync(athlete, id)).GetProperty("version").GetInt64();

        // Just before it would commit: its backend is gone, as after a kill.
        await using (var session = await Shard.Store.OpenSessionAsync(default))
        {
            var locked = (await Shard.Store.LockAsync(session, Guid.Parse(id), [], default))!;
            Activities.ActivityStore.Append(session, locked, [], locked.StatisticsWithBuffered());
            session.Batch.BatchCommands.Add(new("SELECT pg_terminate_backend(pg_backend_pid())"));
            Assert.That(async () => await session.SaveChangesAsync(default), Throws.InstanceOf<NpgsqlException>());
        }

        Assert.That(await CountAsync(id, "live_buffer", "activity_id"), Is.EqualTo(1));
        Assert.That((await DetailsAsync(athlete, id)).GetProperty("version").GetInt64(), Is.EqualTo(before));
        Assert.That(await Shard.Live.FoldAsync(Guid.Parse(id), default), Is.EqualTo(1));
        Assert.That(await Shard.Live.FoldAsync(Guid.Parse(id), default), Is.Zero);
        Assert.That((await DetailsAsync(athlete, id)).GetProperty("pointCount").GetInt32(), Is.EqualTo(2));
    }

    [Test]
    public async Task What_falls_into_the_net_is_folded_and_a_day_that_is_done_with_is_dropped()
    {
        var (athlete, id, owner) = await StartedAsync();
        await ExecuteAsync(
            """
            CREATE TABLE live_buffer_20200101 PARTITION OF live_buffer FOR VALUES FROM ('2020-01-01+0') TO ('2020-01-02+0');
            CREATE TABLE live_buffer_20200102 PARTITION OF live_buffer FOR VALUES FROM ('2020-01-02+0') TO ('2020-01-03+0');
            """);
        await AddAsync(id, owner, 0, 0, 5);
        await AddAsync(id, owner, 1, 10);
        await ExecuteAsync($"UPDATE live_buffer SET received_at = '2020-01-01 12:00+0' WHERE activity_id = '{id}' AND sequence = 0");
        await ExecuteAsync($"UPDATE live_buffer SET received_at = '2019-12-31 12:00+0' WHERE activity_id = '{id}' AND sequence = 1");
        Assert.That(await Shard.Live.KeepPartitionsAsync(2, default), Is.EqualTo(1), "the empty one alone");
        Assert.That(await Shard.Live.DueAsync(TimeSpan.FromDays(300), 10, default), Is.EqualTo(new[] { Guid.Parse(id) }));
        Assert.That((await DetailsAsync(athlete, id)).GetProperty("pointCount").GetInt32(), Is.EqualTo(3));
        Assert.That(await Shard.Live.FoldAsync(Guid.Parse(id), default), Is.EqualTo(2));
        Assert.That(await Shard.Live.KeepPartitionsAsync(2, default), Is.EqualTo(1));
    }

    private static async Task<(HttpClient Athlete, string Id, Guid Owner)> StartedAsync()
    {
        var athlete = Athlete();
        var id = await ActivityFixture.StartedAsync(athlete);
        return (athlete, id, (await DetailsAsync(athlete, id)).GetProperty("athleteId").GetGuid());
    }

    private static Task<LivePost> AddAsync(string id, Guid owner, long sequence, params int[] seconds) =>
        Shard.Live.AddAsync(Guid.Parse(id), owner, new TrackChunk(sequence, [.. seconds.Select(TrackPointAt)]), default);

    /// <summary>As <see cref="Point"/> says it in JSON.</summary>
    private static TrackPoint TrackPointAt(int second) =>
        new(Start.AddSeconds(second).ToUnixTimeMilliseconds(), 46_000_000 + (second * 20), 14_500_000, 30_000);

    private static Task<JsonElement> DetailsAsync(HttpClient athlete, string id) => JsonAsync(athlete.GetAsync($"/activities/{id}"), 200);

    private static async Task<long> CountAsync(string id, string table, string column)
    {
        await using var command = Shard.Database.CreateCommand($"SELECT count(*) FROM {table} WHERE {column} = '{id}'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(string sql)
    {
        await using var command = Shard.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
