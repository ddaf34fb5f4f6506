using System.Net;
using System.Text.Json;
using Strava.Testing;

namespace Strava.EndToEnd;

public sealed class ClubTests : Scenario
{
    [Test]
    public async Task A_club_is_made_and_joined_run_for_and_left_and_its_boards_follow_every_correction()
    {
        var (ana, bor) = (await Person.NewAsync("ana"), await Person.NewAsync("bor"));
        var made = await ana.PostAsync("/clubs", new { name = "End to end", sport = "RUN" });
        var club = made.Expect(HttpStatusCode.Created).Id;
        foreach (var person in (Person[])[ana, bor, bor])
        {
            (await person.PutAsync($"/clubs/{club}/members/me")).Expect(HttpStatusCode.NoContent);
        }

        var (run, longer) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var shorter = Recording.North(25);
        (await ana.UploadAsync(run, shorter)).Expect(HttpStatusCode.Created);
        (await bor.UploadAsync(longer, Recording.North(50))).Expect(HttpStatusCode.Created);
        await Eventually.HoldsAsync(async () => await BoardAsync(ana) == "bor 556 1, ana 278 2; viewer 2 of 2");
        Assert.That((await ana.GetAsync($"/clubs/{club}")).Body.GetProperty("members").GetInt32(), Is.EqualTo(2));
        await AssertNoDifferenceAsync();

        (await bor.PatchAsync($"/activities/{longer}", new { visibility = "FRIENDS" })).Expect(HttpStatusCode.OK);
        await Eventually.HoldsAsync(async () => await BoardAsync(bor) == "ana 278 1; viewer none of 1");
        (await bor.PatchAsync($"/activities/{longer}", new { visibility = "EVERYONE" })).Expect(HttpStatusCode.OK);
        await Eventually.HoldsAsync(async () => await BoardAsync(bor) == "bor 556 1, ana 278 2; viewer 1 of 2");

        (await bor.DeleteAsync($"/clubs/{club}/members/me")).Expect(HttpStatusCode.NoContent);
        await Eventually.HoldsAsync(async () => await BoardAsync(bor) == "ana 278 1; viewer none of 1");
        (await ana.DeleteAsync($"/activities/{run}")).Expect(HttpStatusCode.NoContent);
        await Eventually.HoldsAsync(async () => await BoardAsync(ana) == "; viewer none of 0");
        (await ana.GetAsync("/clubs?member=me")).Expect(HttpStatusCode.OK);

        string Week() => shorter.Week == Recording.North(1, from: TimeProvider.System.GetUtcNow()).Week ? "this" : "last";

        async Task<string> BoardAsync(Person person)
        {
            var answer = await person.GetAsync($"/clubs/{club}/leaderboard?week={Week()}&sort=distance&top=10");
            var board = answer.OrThrow().Body;
            var entries = board.GetProperty("entries").EnumerateArray().Select(entry => string.Join(
                ' ',
                entry.GetProperty("athleteName").GetString()![..3],
                entry.GetProperty("distanceMeters"),
                entry.GetProperty("rank")));
            var viewer = board.GetProperty("viewer");
            var mine = viewer.ValueKind == JsonValueKind.Null ? "none" : $"{viewer.GetProperty("rank")}";
            return $"{string.Join(", ", entries)}; viewer {mine} of {board.GetProperty("total")}";
        }
    }
}
