using System.Net.Http.Json;
using Strava.Activities.Live;
using Strava.Activities.Sharding;
using Strava.Contracts.Tracks;
using Strava.Testing;
using static Strava.Activities.Tests.ActivityFixture;

namespace Strava.Activities.Tests.Sharding;

/// <summary>A virtual shard moves while its athlete goes on recording.</summary>
[Category("Integration")]
[Parallelizable]
public sealed class ShardMoveTests
{
    private const int Recorders = 4;

    [TestCase(2)]
    [TestCase(4)]
    public async Task A_move_while_everybody_writes_loses_nothing_and_tells_nothing_twice(int databases)
    {
        await using var world = await ShardWorld.OpenAsync(databases);
        var ((ownerId, owner), (friendId, friend), (_, neighbour)) =
            (world.AthleteIn(Shard.Home), world.AthleteIn("b"), world.AthleteIn(Shard.Home));
        await world.BefriendAsync(ownerId, friendId);
        var before = await SavedAsync(owner);
        var url = $"/activities/{before}";
        await JsonAsync(owner.PatchAsJsonAsync(url, new { visibility = "FRIENDS" }), 200);
        var shown = await TextAsync(owner, url);

        using var ending = new CancellationTokenSource();
        HttpClient[] athletes = [.. Enumerable.Repeat(owner, Recorders), neighbour, friend];
        var recorders = athletes.Select(athlete => RecordAsync(athlete, ending)).ToArray();
        var readers = new[] { ReadAsync(owner, url, shown, ending), ReadAsync(friend, url, shown, ending) };
        await Task.Delay(500);
        var shard = VirtualShard.Of(ownerId);
        var last = databases == 2 ? "b" : "d";
        foreach (var to in new[] { "b", last, Shard.Home, last }.Distinct().Append(Shard.Home).Append("b"))
        {
            var (code, said) = await world.CommandAsync("--move-shard", $"{shard}", "--to", to, "--keep", "1");
            Assert.That(code, Is.Zero, said);
            await world.Shards.Map.RefreshAsync(CancellationToken.None);
            Assert.That(world.Shards.Of(ownerId).Name, Is.EqualTo(to));
        }

        await Task.Delay(500);
        await ending.CancelAsync();
        await Task.WhenAll(readers);
        var recorded = await Task.WhenAll(recorders);
        TestContext.Out.WriteLine(string.Join(", ", recorded.Select(one => $"{one.Chunks} chunks, longest wait {one.LongestMs} ms")));

        // Nothing lost, nothing twice, no gap.
        foreach (var (id, chunks, _) in recorded)
        {
            var places = await Task.WhenAll(world.Names.Select(async name => (
                Name: name,
                Found: await world.ScalarAsync<string>(
                    name,
                    """
                    SELECT coalesce(count(*) FILTER (WHERE type = 'route_recorded') || ' ' || count(DISTINCT data ->> 'Sequence')
                        || ' ' || (max(version) = count(*) AND min(version) = 1), '') FROM mt_events WHERE stream_id = $1
                    """,
                    id))));
            var place = places.Single(one => one.Found.Length > 0);
            Assert.That(place.Found, Is.EqualTo($"{chunks} {chunks} true"), place.Name);
        }

        Assert.That(chunksOf(owner), Is.All.GreaterThan(20));
        Assert.That(recorded.Take(Recorders).Select(one => one.LongestMs), Is.All.GreaterThan(2_000), "nobody writes before all nodes know");
        Assert.That(recorded.Skip(Recorders).Select(one => one.LongestMs), Is.All.LessThan(recorded[0].LongestMs), "others' writes wait for nothing");
        Assert.That(recorded.Max(one => one.LongestMs), Is.LessThan(20_000));
        await LeftNothingAsync(world, shard, "b");

        // Still seen, and what changes is told, each version once.
        Assert.That(await TextAsync(friend, url), Is.EqualTo(shown));
        await world.BefriendAsync(ownerId, friendId, areFriends: false);
        await JsonAsync(friend.GetAsync(url), 404);
        foreach (var (athlete, one) in athletes.Zip(recorded))
        {
            await JsonAsync(ChangeAsync(athlete, $"{one.Id}", "COMPLETE", 100_000), 200);
        }

        await JsonAsync(owner.PatchAsJsonAsync(url, new { name = "the newest" }), 200);
        await Eventually.HoldsAsync(
            async () => recorded.Select(one => one.Id).Append(before).All((await world.ToldAsync()).Select(told => told.ActivityId).Contains),
            what: "all activities are told");
        await Task.Delay(500);
        var told = await world.ToldAsync();
        Assert.That(told, Is.Unique, "a move publishes nothing again");
        Assert.That(told.Where(one => one.ActivityId == before).Max(one => one.Version), Is.EqualTo(
            (await JsonAsync(owner.GetAsync(url), 200)).GetProperty("version").GetInt64()));

        IEnumerable<int> chunksOf(HttpClient athlete) => athletes.Zip(recorded).Where(one => one.First == athlete).Select(one => one.Second.Chunks);
    }

    [Test]
    public async Task All_that_an_athlete_has_moves_the_keys_the_imports_the_parked_and_the_archived()
    {
        await using var world = await ShardWorld.OpenAsync(2);
        var ((ownerId, owner), (friendId, friend)) = (world.AthleteIn(Shard.Home), world.AthleteIn("b"));
        var shard = VirtualShard.Of(ownerId);
        await world.BefriendAsync(ownerId, friendId);
        await world.NameAsync(ownerId, "Maja");
        var open = await StartedAsync(owner);
        await JsonAsync(SendAsync(owner, open, 0, 0, 5, 10), 200);
        var post = new TrackChunk(7, [new TrackPoint(Start.AddSeconds(20).ToUnixTimeMilliseconds(), 46_000_400, 14_500_000)]);
        Assert.That(await world.Shards.Home.Live.AddAsync(Guid.Parse(open), ownerId, post, CancellationToken.None), Is.EqualTo(LivePost.Stored));
        var imported = await JsonAsync(ShardedTests.ImportAsync(owner), 201);
        var key = Guid.NewGuid().ToString();
        using var first = await ShardedTests.CreateAsync(owner, key);
        var saved = await SavedAsync(owner);
        await world.ExecuteAsync(Shard.Home, $"INSERT INTO archive_object (ref, activity_id, tier) VALUES ('warm/x', '{saved}', 1)");
        await world.ExecuteAsync(
            Shard.Home,
            $"INSERT INTO parked_event (seq_id, stream_id, type) SELECT seq_id, stream_id, 'of_tomorrow' FROM mt_events WHERE stream_id = '{saved}' AND version = 2");
        var before = await world.RowsAsync(Shard.Home);
        var list = await TextAsync(owner, "/activities");

        var (code, said) = await world.CommandAsync("--move-shard", $"{shard}", "--to", "b", "--keep", "0");

        Assert.That(code, Is.Zero, said);
        Assert.That(before.Keys, Is.SupersetOf(new[] { "activity_progress", "route_chunk", "live_buffer", "idempotency_key", "imported_file", "athlete_copy" }));
        Assert.That(await world.RowsAsync("b"), Is.EquivalentTo(before));
        Assert.That(await world.RowsAsync(Shard.Home), Is.Empty);
        Assert.That(
            await world.ScalarAsync<long>("b", "SELECT e.version FROM parked_event p JOIN mt_events e USING (seq_id, stream_id)"), Is.EqualTo(2),
            "the parked event has its new number");
        await world.Shards.Map.RefreshAsync(CancellationToken.None);
        Assert.That(await TextAsync(owner, "/activities"), Is.EqualTo(list));
        Assert.That(
            (await JsonAsync(ShardedTests.ImportAsync(owner), 200))[0].GetProperty("id").GetString(),
            Is.EqualTo(imported[0].GetProperty("id").GetString()));
        using var second = await ShardedTests.CreateAsync(owner, key);
        Assert.That(second.Headers.Contains("Idempotent-Replayed"));
        Assert.That(second.Headers.Location, Is.EqualTo(first.Headers.Location));
        await JsonAsync(SendAsync(owner, open, 0, 0, 5, 10), 200);
        await JsonAsync(friend.GetAsync($"/activities/{open}"), 200);
        await JsonAsync(ChangeAsync(owner, open, "COMPLETE", 30), 200);
    }

    [Test]
    public async Task What_was_made_before_there_were_several_is_found_after_it_has_moved()
    {
        await using var world = await ShardWorld.OpenAsync(2);
        var (ownerId, owner) = world.AthleteIn(Shard.Home);
        var id = await SavedAsync(owner);
        foreach (var name in world.Names)
        {
            await world.ExecuteAsync(name, "DELETE FROM activity_home");
        }

        var (code, said) = await world.CommandAsync("--move-shard", $"{VirtualShard.Of(ownerId)}", "--to", "b", "--keep", "0");

        Assert.That(code, Is.Zero, said);
        Assert.That(await world.ScalarAsync<long>("b", "SELECT count(*) FROM mt_streams WHERE id = $1", id), Is.EqualTo(1));
        var homes = await Task.WhenAll(world.Names.Select(name =>
            world.ScalarAsync<long>(name, "SELECT count(*) FROM activity_home WHERE activity_id = $1", id)));
        Assert.That(homes.Sum(), Is.EqualTo(1));
        await world.Shards.Map.RefreshAsync(CancellationToken.None);
        await JsonAsync(owner.GetAsync($"/activities/{id}"), 200);
    }

    internal static async Task<Guid> SavedAsync(HttpClient athlete)
    {
        var id = Guid.CreateVersion7();
        await JsonAsync(athlete.PutAsJsonAsync($"/activities/{id}/recording", Recording()), 201);
        return id;
    }

    /// <summary>Chunk after chunk; what was refused for a while is sent again, as a phone does.</summary>
    private static async Task<(Guid Id, int Chunks, long LongestMs)> RecordAsync(HttpClient athlete, CancellationTokenSource ending)
    {
        var id = await StartedAsync(athlete);
        var (chunks, longest) = (0, 0L);
        while (!ending.IsCancellationRequested)
        {
            var watch = System.Diagnostics.Stopwatch.StartNew();
            while (true)
            {
                using var answer = await SendAsync(athlete, id, chunks, chunks * 10, (chunks * 10) + 5);
                if ((int)answer.StatusCode == 200)
                {
                    break;
                }

                Assert.That((int)answer.StatusCode, Is.EqualTo(503), await answer.Content.ReadAsStringAsync());
                Assert.That(answer.Headers.RetryAfter, Is.Not.Null);
            }

            longest = Math.Max(longest, watch.ElapsedMilliseconds);
            chunks++;
            await Task.Delay(5);
        }

        return (Guid.Parse(id), chunks, longest);
    }

    /// <summary>Nobody ever sees that something moves.</summary>
    private static async Task ReadAsync(HttpClient athlete, string url, string shown, CancellationTokenSource ending)
    {
        while (!ending.IsCancellationRequested)
        {
            Assert.That(await TextAsync(athlete, url), Is.EqualTo(shown));
            await Task.Delay(20);
        }
    }

    private static async Task<string> TextAsync(HttpClient athlete, string url)
    {
        using var answer = await athlete.GetAsync(url);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That((int)answer.StatusCode, Is.EqualTo(200), text);
        return text;
    }

    /// <summary>Of the virtual shard only where it is.</summary>
    internal static async Task LeftNothingAsync(ShardWorld world, int shard, string place)
    {
        foreach (var name in world.Names)
        {
            var states = await world.ScalarAsync<string>(
                name, "SELECT coalesce(string_agg(state, ''), '') FROM virtual_shard WHERE id = $1", shard);
            Assert.That(states, Is.EqualTo(name == place ? "here" : ""), name);
            if (name == place)
            {
                continue;
            }

            Assert.That(
                await world.ScalarAsync<long>(
                    name,
                    """
                    SELECT (SELECT count(*) FROM activity WHERE virtual_shard_of(athlete_id) = $1)
                        + (SELECT count(*) FROM activity_home WHERE virtual_shard_of(activity_id) = $1)
                        + (SELECT count(*) FROM mt_events WHERE stream_id NOT IN (SELECT id FROM activity))
                        + (SELECT count(*) FROM route_chunk WHERE activity_id NOT IN (SELECT id FROM activity))
                    """,
                    shard),
                Is.Zero,
                name);
        }

        Assert.That(await world.ScalarAsync<long>(Shard.Home, "SELECT count(*) FROM shard_move"), Is.Zero);
    }
}
