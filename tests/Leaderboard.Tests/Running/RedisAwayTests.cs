using System.Net;
using System.Net.Http.Json;
using Strava.Contracts.Rest;
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>From the message on the bus to the answer over HTTP while Redis is frozen or not there.</summary>
[Category("Integration")]
public class RedisAwayTests
{
    private static readonly TimeSpan AnswerBound = TimeSpan.FromSeconds(3);

    [Test]
    public async Task While_redis_is_frozen_messages_go_on_and_reads_answer_in_time()
    {
        await using var world = await World.CreateAsync();
        await using var host = await world.HostAsync();
        var me = Guid.NewGuid();
        using var client = host.ClientOf(me);
        await host.PublishAsync(Messages.Activity(me, 1_000));
        await BoardAsync(client, "/leaderboards/RUN", board => board is { Viewer: not null, Board.Stale: false });

        var redis = await TestServers.RedisAsync();
        await redis.FreezeAsync();
        try
        {
            var frozen = TimeProvider.System.GetTimestamp();
            var seen = await BoardAsync(client, "/leaderboards/RUN", board => board.Board.Stale);
            Assert.That(TimeProvider.System.GetElapsedTime(frozen), Is.LessThan(AnswerBound), "the last page, in time");
            Assert.That((seen.Board.Stale, seen.Viewer?.DistanceMeters), Is.EqualTo((true, 1_000.0)));

            using var unseen = await client.GetAsync(new Uri("/leaderboards/RIDE", UriKind.Relative))
                .WaitAsync(AnswerBound);
            Assert.That(unseen.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(unseen.Headers.RetryAfter, Is.Not.Null);

            await host.PublishAsync([.. Enumerable.Range(1, 50).Select(_ => Messages.Activity(me, 10))]);
            await Eventually.HoldsAsync(async () => await world.CountAsync("ledger") == 51, TimeSpan.FromSeconds(10));
            await Task.Delay(TimeSpan.FromSeconds(6));
        }
        finally
        {
            await redis.ThawAsync();
        }

        var thawed = TimeProvider.System.GetTimestamp();
        await BoardAsync(
            client, "/leaderboards/RUN", board => board is { Board.Stale: false, Viewer.DistanceMeters: 1_500 });
        var took = TimeProvider.System.GetElapsedTime(thawed);
        TestContext.Out.WriteLine($"caught up {took.TotalSeconds:0.0} s after the thaw");
    }

    [Test]
    public async Task It_starts_without_redis_and_finds_it_later()
    {
        await using var world = await World.CreateAsync();
        var redis = await TestServers.RedisAsync();
        await redis.KillAsync();
        try
        {
            await using var host = await world.HostAsync();
            var me = Guid.NewGuid();
            using var client = host.ClientOf(me);
            await host.PublishAsync(Messages.Activity(me, 1_000));
            using var unseen = await client.GetAsync(new Uri("/leaderboards/RUN", UriKind.Relative))
                .WaitAsync(AnswerBound);
            Assert.That(unseen.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            using var ready = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
            Assert.That(ready.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(await ready.Content.ReadAsStringAsync(), Does.Contain("redis"));

            await redis.StartAsync();
            var started = TimeProvider.System.GetTimestamp();
            await BoardAsync(client, "/leaderboards/RUN", board => board is { Viewer: not null, Board.Stale: false });
            var took = TimeProvider.System.GetElapsedTime(started);
            TestContext.Out.WriteLine($"found {took.TotalSeconds:0.0} s after its start");
        }
        finally
        {
            // Starting a running one changes nothing.
            await redis.StartAsync();
        }
    }

    private static Task<PlaceBoard> BoardAsync(
        HttpClient client, string path, Func<PlaceBoard, bool> accept) => Eventually.GivesAsync(
        async () => (await client.GetFromJsonAsync<PlaceBoard>(new Uri(path, UriKind.Relative)))!, accept);
}
