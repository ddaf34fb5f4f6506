using System.Net;
using System.Net.Http.Json;
using Strava.Contracts.Rest;
using Strava.Leaderboards.Tests.Running;
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Challenges;

/// <summary>The whole service: from requests and messages on the bus to the board over HTTP.</summary>
[Category("Integration")]
[Parallelizable]
public sealed class ChallengeHttpTests
{
    [Test]
    public async Task A_challenge_is_made_joined_run_and_left()
    {
        await using var world = await World.CreateAsync();
        await using var host = await world.HostAsync();
        var athletes = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToArray();
        using var me = host.ClientOf(athletes[0]);
        await host.PublishAsync([.. athletes.Select((athlete, i) => Messages.Profile(athlete, i < 3 ? "SI" : "US"))]);
        await Eventually.HoldsAsync(async () => await world.CountAsync("athlete_profile") == 5);
        await host.PublishAsync([.. athletes.Select((athlete, i) => Messages.Activity(athlete, 1_000 * (i + 1)))]);

        var made = await MakeAsync(me, New(ChallengeMetric.Distance) with { Goal = 2_500 });
        foreach (var athlete in athletes)
        {
            using var client = host.ClientOf(athlete);
            foreach (var status in new[] { HttpStatusCode.Created, HttpStatusCode.OK })
            {
                using var joined = await client.PutAsync(Path($"{made.Id}/participants/me"), null);
                Assert.That(joined.StatusCode, Is.EqualTo(status), await joined.Content.ReadAsStringAsync());
            }
        }

        var board = await Eventually.GivesAsync(() => BoardAsync(me, $"{made.Id}/leaderboard?top=2"), board => board is { Total: 5, Viewer: not null });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(board.Entries.Select(entry => (entry.Rank, entry.AthleteId, entry.Country, entry.Score)), Is.EqualTo(
                new[] { (1L, athletes[4], "US", 5_000.0), (2L, athletes[3], "US", 4_000.0) }));
            Assert.That(board.Viewer, Is.EqualTo(new ChallengeBoard.ChallengeViewer { Rank = 5, Score = 1_000 }));
            Assert.That((board.Challenge.Unit, board.Challenge.Joined, board.Challenge.Goal), Is.EqualTo(("m", true, 2_500.0)));
        }

        var second = await BoardAsync(me, $"{made.Id}/leaderboard?top=3&cursor={board.Next}");
        Assert.That(second.Entries.Select(entry => (entry.Rank, entry.AthleteId)), Is.EqualTo(new[] { (3L, athletes[2]), (4L, athletes[1]), (5L, athletes[0]) }));
        Assert.That(second.Next, Is.Null);
        var ours = await BoardAsync(me, $"{made.Id}/leaderboard?country=SI");
        Assert.That((ours.Total, ours.Viewer!.Rank, ours.Entries.Count), Is.EqualTo((3L, 3L, 3)));
        var rank = await me.GetFromJsonAsync<ChallengeRank>(Path($"{made.Id}/rank?score=4500"));
        Assert.That((rank!.Rank, rank.Completed), Is.EqualTo(((long?)2, false)));

        // Three have reached the goal, and the relay tells.
        await Eventually.HoldsAsync(async () => await world.CountAsync("challenge_completion") == 3 && await world.CountAsync("outbox") == 0);

        using var left = await me.DeleteAsync(Path($"{made.Id}/participants/me"));
        Assert.That(left.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        await Eventually.GivesAsync(() => BoardAsync(me, $"{made.Id}/leaderboard"), board => board is { Total: 4, Viewer: null });
        Assert.That((await me.GetFromJsonAsync<ChallengeRank>(Path($"{made.Id}/rank")))!.Rank, Is.Null);
    }

    [Test]
    public async Task Making_and_joining_have_their_rules()
    {
        await using var world = await World.CreateAsync();
        await using var host = await world.HostAsync();
        var me = Guid.NewGuid();
        using var client = host.ClientOf(me);
        await host.PublishAsync(Messages.Profile(me, "SI"));
        await Eventually.HoldsAsync(async () => await world.CountAsync("athlete_profile") == 1);
        var wanted = New(ChallengeMetric.Streak) with { Id = Guid.CreateVersion7(), Scope = "country:US" };
        await MakeAsync(client, wanted);
        using (var again = await client.PostAsJsonAsync(Path(""), wanted))
        {
            Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }

        Assert.That(await StatusAsync(wanted with { Name = "another" }), Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(await StatusAsync(wanted with { Id = null, EndsOn = Messages.Today.AddDays(-1), StartsOn = Messages.Today.AddDays(-2) }), Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(await StatusAsync(wanted with { Id = null, Scope = "moon" }), Is.EqualTo(HttpStatusCode.BadRequest));
        using (var elsewhere = await client.PutAsync(Path($"{wanted.Id}/participants/me"), null))
        {
            Assert.That(elsewhere.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
            Assert.That(await elsewhere.Content.ReadAsStringAsync(), Does.Contain("challenge-elsewhere"));
        }

        var open = await MakeAsync(client, New(ChallengeMetric.Count));
        var list = await client.GetFromJsonAsync<List<Challenge>>(Path("?joined=false&pageSize=1"));
        Assert.That(list!.Single().Id, Is.EqualTo(wanted.Id).Or.EqualTo(open.Id));
        Assert.That(await client.GetFromJsonAsync<List<Challenge>>(Path("?state=final")), Is.Empty);

        await using var late = world.Database.CreateCommand($"UPDATE challenge SET starts_on = '2020-01-01', ends_on = '2020-01-02' WHERE id = '{open.Id}'");
        await late.ExecuteNonQueryAsync();
        using var refused = await client.PutAsync(Path($"{open.Id}/participants/me"), null);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        using var stranger = host.CreateClient();
        using var unknown = await stranger.GetAsync(Path(""));
        Assert.That(unknown.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));

        async Task<HttpStatusCode> StatusAsync(CreateChallenge challenge)
        {
            using var answer = await client.PostAsJsonAsync(Path(""), challenge);
            return answer.StatusCode;
        }
    }

    private static CreateChallenge New(ChallengeMetric metric) => new()
    {
        Name = "a challenge",
        Metric = metric,
        StartsOn = Messages.Today.AddDays(-1),
        EndsOn = Messages.Today.AddDays(7),
    };

    private static async Task<Challenge> MakeAsync(HttpClient client, CreateChallenge challenge)
    {
        using var answer = await client.PostAsJsonAsync(Path(""), challenge);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created), await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<Challenge>())!;
    }

    private static async Task<ChallengeBoard> BoardAsync(HttpClient client, string path) =>
        (await client.GetFromJsonAsync<ChallengeBoard>(Path(path)))!;

    private static Uri Path(string rest) => new(rest.Length == 0 || rest[0] == '?' ? $"/challenges{rest}" : $"/challenges/{rest}", UriKind.Relative);
}
