using System.Net;
using Npgsql;
using Strava.Testing;

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

    [Test]
    public async Task A_challenge_that_has_ended_stays_as_it_was_until_an_operator_corrects_it()
    {
        var (anna, bela, cene) = (await Person.NewAsync("anna"), await Person.NewAsync("bela"), await Person.NewAsync("cene", "US"));
        var challenge = await MakeAsync(anna, "distance");
        var days = new List<Guid>();
        foreach (var (person, legs) in new[] { (anna, 30), (bela, 40), (cene, 30) })
        {
            await JoinAllAsync(person, [challenge]);
            days.Add(Guid.CreateVersion7());
            (await person.UploadAsync(days[^1], Recording.North(legs))).Expect(HttpStatusCode.Created);
        }

        await AssertNoDifferenceAsync();
        await using var database = NpgsqlDataSource.Create(Platform.Current.Database("leaderboard"));

        // Whoever changes something in the last seconds may come too late: the oracle asks nothing of them.
        await ExecuteAsync("UPDATE challenge SET closes_at = clock_timestamp() + interval '6 s' WHERE id = $1");
        await AwaitStateAsync(2);
        (await bela.DeleteAsync($"/activities/{days[1]}")).Expect(HttpStatusCode.NoContent);
        await AwaitStateAsync(3);
        Assert.That(await LinesAsync(), Is.EqualTo("1 bela, 2 anna, 2 cene"), "what is deleted after the end");
        await AssertNoDifferenceAsync();

        await ExecuteAsync("INSERT INTO challenge_correction (challenge, reason) SELECT number, 'bela is off' FROM challenge WHERE id = $1");
        await Eventually.GivesAsync(LinesAsync, lines => lines == "1 anna, 1 cene");

        async Task<string> LinesAsync()
        {
            var board = (await anna.GetAsync($"/challenges/{challenge}/leaderboard")).Expect(HttpStatusCode.OK).Body;
            return string.Join(", ", board.GetProperty("entries").EnumerateArray().Select(entry =>
                $"{entry.GetProperty("rank")} {entry.GetProperty("athleteName").GetString()!.Split('-')[0]}").Order(StringComparer.Ordinal));
        }

        async Task AwaitStateAsync(short state)
        {
            await using var command = database.CreateCommand("SELECT state FROM challenge WHERE id = $1");
            command.Parameters.Add(new() { Value = challenge });
            await Eventually.GivesAsync(
                async () => (short)(await command.ExecuteScalarAsync())!, found => found == state, TimeSpan.FromSeconds(60));
        }

        async Task ExecuteAsync(string sql)
        {
#pragma warning disable CA2100 // Constants above.
            await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
            command.Parameters.Add(new() { Value = challenge });
            Assert.That(await command.ExecuteNonQueryAsync(), Is.EqualTo(1));
        }
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
