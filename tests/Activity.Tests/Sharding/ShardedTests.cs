using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Strava.Activities.Sharding;
using Strava.Testing;
using static Strava.Activities.Tests.ActivityFixture;

namespace Strava.Activities.Tests.Sharding;

/// <summary>What the API promises holds whatever the number of databases.</summary>
[Category("Integration")]
[Parallelizable]
public sealed class ShardedTests
{
    [TestCase(2)]
    [TestCase(4)]
    public async Task Activities_of_athletes_in_all_databases_are_made_shown_and_told_once(int databases)
    {
        await using var world = await ShardWorld.OpenAsync(databases);
        var saved = new List<Guid>();
        foreach (var name in world.Names)
        {
            var (ownerId, owner) = world.AthleteIn(name);
            var (friendId, friend) = world.AthleteIn(world.Names.First(other => other != name));
            var (_, stranger) = world.AthleteIn(world.Names.Last(other => other != name));
            await world.BefriendAsync(ownerId, friendId);

            var recorded = await StartedAsync(owner);
            await JsonAsync(SendAsync(owner, recorded, 0, 0, 5, 10), 200);
            await JsonAsync(SendAsync(owner, recorded, 1, 15, 20), 200);
            await JsonAsync(friend.GetAsync($"/activities/{recorded}"), 200);
            await JsonAsync(stranger.GetAsync($"/activities/{recorded}"), 404);
            await JsonAsync(ChangeAsync(owner, recorded, "COMPLETE", 30), 200);

            var put = Guid.CreateVersion7();
            await JsonAsync(owner.PutAsJsonAsync($"/activities/{put}/recording", Recording()), 201);
            await JsonAsync(owner.PutAsJsonAsync($"/activities/{put}/recording", Recording()), 200);
            var imported = (await JsonAsync(ImportAsync(owner), 201))[0].GetProperty("id").GetString()!;
            Assert.That((await JsonAsync(ImportAsync(owner), 200))[0].GetProperty("id").GetString(), Is.EqualTo(imported));

            await JsonAsync(owner.PatchAsJsonAsync($"/activities/{recorded}", new { visibility = "FRIENDS" }), 200);
            await JsonAsync(friend.GetAsync($"/activities/{recorded}"), 200);
            await JsonAsync(friend.GetAsync($"/activities/{recorded}/streams"), 200);
            await JsonAsync(stranger.GetAsync($"/activities/{recorded}"), 404);
            await JsonAsync(friend.PatchAsJsonAsync($"/activities/{recorded}", new { name = "mine" }), 403);
            await JsonAsync(stranger.DeleteAsync($"/activities/{recorded}"), 404);
            await JsonAsync(stranger.PutAsJsonAsync($"/activities/{put}/recording", Recording()), 409);
            await JsonAsync(stranger.GetAsync($"/activities/{Guid.CreateVersion7()}"), 404);
            Assert.That((await JsonAsync(owner.GetAsync("/activities"), 200)).GetArrayLength(), Is.EqualTo(3));

            await JsonAsync(owner.DeleteAsync($"/activities/{imported}"), 204);
            await JsonAsync(owner.DeleteAsync($"/activities/{imported}"), 204);
            Assert.That((await JsonAsync(owner.GetAsync("/activities"), 200)).GetArrayLength(), Is.EqualTo(2));
            Assert.That(
                await world.ScalarAsync<long>(name, "SELECT count(*) FROM activity WHERE athlete_id = $1", ownerId), Is.EqualTo(3));
            saved.AddRange([Guid.Parse(recorded), put, Guid.Parse(imported)]);
        }

        foreach (var name in world.Names)
        {
            Assert.That(await world.ScalarAsync<long>(name, "SELECT count(*) FROM mt_streams"), Is.EqualTo(3));
            await Eventually.HoldsAsync(
                async () => await world.ScalarAsync<bool>(
                    name,
                    "SELECT last_seq_id = (SELECT max(seq_id) FROM mt_events) FROM mt_event_progression WHERE name = 'relay:All'"),
                what: "its relay has told all");
        }

        var told = await world.ToldAsync();
        Assert.That(told.Select(one => one.ActivityId).Distinct(), Is.EquivalentTo(saved));
        Assert.That(told, Is.Unique);
        Assert.That(told.Count(one => one.Type == "ActivityDeleted"), Is.EqualTo(databases));
    }

    [Test]
    public async Task Of_two_athletes_who_bring_the_same_id_at_once_one_wins()
    {
        await using var world = await ShardWorld.OpenAsync(2);
        for (var i = 0; i < 20; i++)
        {
            var id = Guid.CreateVersion7();
            HttpClient[] athletes = [world.AthleteIn(Shard.Home).Client, world.AthleteIn("b").Client];

            var answers = await Task.WhenAll(athletes.SelectMany(athlete => new[]
            {
                athlete.PostAsJsonAsync("/activities", new { id, type = "RUN", startedAt = At(0) }),
                athlete.PostAsJsonAsync("/activities", new { id, type = "RUN", startedAt = At(0) }),
            }));

            Assert.That(answers.Select(answer => (int)answer.StatusCode), Is.EquivalentTo(new[] { 201, 200, 409, 409 }));
            var streams = await Task.WhenAll(world.Names.Select(name =>
                world.ScalarAsync<long>(name, "SELECT count(*) FROM mt_streams WHERE id = $1", id)));
            Assert.That(streams.Sum(), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_claim_without_a_stream_keeps_only_others_away()
    {
        await using var world = await ShardWorld.OpenAsync(2);
        var ((firstId, first), (_, other)) = (world.AthleteIn("b"), world.AthleteIn(Shard.Home));
        var id = Guid.CreateVersion7();
        await world.Shards.Homes!.ClaimAsync(id, firstId, CancellationToken.None);

        await JsonAsync(other.PostAsJsonAsync("/activities", new { id, type = "RUN" }), 409);
        await JsonAsync(other.GetAsync($"/activities/{id}"), 404);
        await JsonAsync(first.PostAsJsonAsync("/activities", new { id, type = "RUN" }), 201);
    }

    [Test]
    public async Task A_key_is_kept_with_the_effect_in_its_athletes_database()
    {
        await using var world = await ShardWorld.OpenAsync(2);
        var (athleteId, athlete) = world.AthleteIn("b");

        HttpResponseMessage[] answers = [await CreateAsync(athlete, "once"), await CreateAsync(athlete, "once")];

        Assert.That(answers[1].Headers.Location, Is.EqualTo(answers[0].Headers.Location));
        Assert.That(answers[1].Headers.Contains("Idempotent-Replayed"));
        Assert.That(await world.ScalarAsync<long>("b", "SELECT count(*) FROM idempotency_key WHERE athlete_id = $1", athleteId), Is.EqualTo(1));
        Assert.That(await world.ScalarAsync<long>("b", "SELECT count(*) FROM activity WHERE athlete_id = $1", athleteId), Is.EqualTo(1));
    }

    internal static async Task<HttpResponseMessage> CreateAsync(HttpClient athlete, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/activities")
        {
            Content = JsonContent.Create(new { type = "RUN", startedAt = At(0) }),
            Headers = { { "Idempotency-Key", key } },
        };
        return await athlete.SendAsync(request);
    }

    internal static async Task<HttpResponseMessage> ImportAsync(HttpClient athlete)
    {
        var points = Enumerable.Range(0, 60).Select(i => $"<trkpt lat=\"47.{1000 + (i * 10)}\" lon=\"15\"><time>{At(5_000 + (i * 5))}</time></trkpt>");
        using var part = new ByteArrayContent(Encoding.UTF8.GetBytes($"<gpx><trk><trkseg>{string.Concat(points)}</trkseg></trk></gpx>"));
        part.Headers.ContentType = new MediaTypeHeaderValue("application/gpx+xml");
        using var form = new MultipartFormDataContent { { part, "file", "walk.gpx" } };
        return await athlete.PostAsync("/activities/import", form);
    }
}
