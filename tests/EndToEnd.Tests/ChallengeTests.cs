using System.Net;

namespace Strava.EndToEnd;

/// <summary>
/// Challenges through the gateway; after each the oracle compares every entry and the ranks with the streams.
/// </summary>
public sealed class ChallengeTests : Scenario
{
    [Test]
    public async Task Boards_of_every_metric_follow_uploads_edits_and_deletions()
    {
        var (anna, bela, cene) = (await Person.NewAsync("anna"), await Person.NewAsync("bela"), await Person.NewAsync("cene", "US"));
        var challenges = new List<Guid>();
        foreach (var metric in new[] { "distance", "elevation", "movingTime", "count", "streak", "longest", "fastest5k", "fastest10k" })
        {
            challenges.Add(await MakeAsync(anna, metric));
        }

        foreach (var person in new[] { anna, bela })
        {
            await JoinAllAsync(person, challenges);
        }

        // 500 legs are 5,560 m: enough for a fastest 5 km. One of them is for nobody's eyes and counts all the same.
        var (first, second, hidden) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        (await anna.UploadAsync(first, Recording.North(500))).Expect(HttpStatusCode.Created);
        (await anna.UploadAsync(hidden, Recording.North(40, visibility: "ONLY_ME"))).Expect(HttpStatusCode.Created);
        (await bela.UploadAsync(second, Recording.North(500))).Expect(HttpStatusCode.Created);
        (await cene.UploadAsync(Guid.CreateVersion7(), Recording.North(30, "RIDE"))).Expect(HttpStatusCode.Created);
        await JoinAllAsync(cene, challenges);
        await AssertNoDifferenceAsync();

        var board = await anna.GetAsync($"/challenges/{challenges[0]}/leaderboard");
        Assert.That(board.Body.GetProperty("total").GetInt32(), Is.EqualTo(3));
        Assert.That(board.Body.GetProperty("viewer").GetProperty("rank").GetInt32(), Is.EqualTo(1));
        var fastest = await bela.GetAsync($"/challenges/{challenges[6]}/leaderboard");
        Assert.That(fastest.Body.GetProperty("total").GetInt32(), Is.EqualTo(2));

        (await anna.DeleteAsync($"/activities/{first}")).Expect(HttpStatusCode.NoContent);
        (await bela.PatchAsync($"/activities/{second}", new { type = "RIDE" })).Expect(HttpStatusCode.OK);
        (await cene.DeleteAsync($"/challenges/{challenges[3]}/participants/me")).Expect(HttpStatusCode.NoContent);
    }

    private static async Task<Guid> MakeAsync(Person maker, string metric)
    {
        var today = TimeProvider.System.GetUtcNow();
        var made = await maker.PostAsync("/challenges", new
        {
            name = $"a challenge of {metric}",
            metric,
            startsOn = $"{today.AddDays(-2):yyyy-MM-dd}",
            endsOn = $"{today.AddDays(2):yyyy-MM-dd}",
            goal = 1,
        });
        made.Expect(HttpStatusCode.Created);
        return made.Body.GetProperty("id").GetGuid();
    }

    private static async Task JoinAllAsync(Person person, List<Guid> challenges)
    {
        foreach (var challenge in challenges)
        {
            (await person.PutAsync($"/challenges/{challenge}/participants/me")).Expect(HttpStatusCode.Created);
        }
    }
}
