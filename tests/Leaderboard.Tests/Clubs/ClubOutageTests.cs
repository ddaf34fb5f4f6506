using System.Net;
using System.Net.Http.Json;
using Strava.Contracts.Rest;
using Strava.Leaderboards.Tests.Running;
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Clubs;

/// <summary>
/// Redis frozen and killed: joins and uploads go on, pages are stale or 503, and all is caught up by itself.
/// </summary>
[Category("Integration")]
[NonParallelizable]
public class ClubOutageTests
{
    private static readonly TimeSpan AnswerBound = TimeSpan.FromSeconds(3);

    [TestCase(false)]
    [TestCase(true)]
    public async Task Without_redis_the_last_page_is_shown_and_what_happens_meanwhile_is_caught_up(bool killed)
    {
        await using var world = await World.CreateAsync();
        await using var host = await world.HostAsync();
        var (me, other) = (Guid.NewGuid(), Guid.NewGuid());
        using var client = host.ClientOf(me);
        using var others = host.ClientOf(other);
        using var made = await client.PostAsJsonAsync(Relative("/clubs"), new { name = "Club", sport = "RUN" });
        var club = (await made.Content.ReadFromJsonAsync<Club>())!.Id;
        await JoinAsync(client);
        await host.PublishAsync(Messages.Activity(me, 1_000), Messages.Activity(other, 3_000));
        await Eventually.GivesAsync(
            () => BoardAsync(client), board => board is { Viewer.DistanceMeters: 1_000, Board.Stale: false });

        var redis = await TestServers.RedisAsync();
        await (killed ? redis.KillAsync() : redis.FreezeAsync());
        try
        {
            var seen = await BoardAsync(client).WaitAsync(AnswerBound);
            Assert.That((seen.Board.Stale, seen.Viewer?.DistanceMeters), Is.EqualTo((true, 1_000.0)));
            using var unseen = await client.GetAsync(Relative($"/clubs/{club}/leaderboard?week=last&sort=longest"))
                .WaitAsync(AnswerBound);
            Assert.That(unseen.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(unseen.Headers.RetryAfter, Is.Not.Null);
            await JoinAsync(others);
            await host.PublishAsync(Messages.Activity(me, 500));
            await Eventually.HoldsAsync(async () => await world.CountAsync("ledger") == 3);
        }
        finally
        {
            await (killed ? redis.StartAsync() : redis.ThawAsync());
        }

        await Eventually.GivesAsync(
            () => BoardAsync(client),
            board => board is { Total: 2, Viewer: { DistanceMeters: 1_500, Rank: 2 }, Board.Stale: false });

        async Task JoinAsync(HttpClient one)
        {
            using var joined = await one.PutAsync(Relative($"/clubs/{club}/members/me"), null);
            Assert.That(joined.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        }

        async Task<ClubBoard> BoardAsync(HttpClient one) =>
            (await one.GetFromJsonAsync<ClubBoard>(Relative($"/clubs/{club}/leaderboard")))!;
    }

    private static Uri Relative(string path) => new(path, UriKind.Relative);
}
