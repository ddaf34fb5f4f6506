using System.Net;

namespace Strava.EndToEnd;

public sealed class BadInputTests : Scenario
{
    [TestCase("GET", "/activities?mode=USER&page=-1", null, 400)]
    [TestCase("GET", "/activities?mode=ALL", null, 400)]
    [TestCase("GET", "/leaderboards/RUN?place=moon", null, 400)]
    [TestCase("GET", "/leaderboards/SWIM", null, 400, 404)]
    [TestCase("GET", "/activities/0196f0a0-0000-7000-8000-000000000000", null, 404)]
    [TestCase("POST", "/activities", "{\"type\":\"SWIM\"}", 400, 422)]
    [TestCase("POST", "/activities", "{}", 400, 422)]
    [TestCase("POST", "/activities", "{\"type\":\"RUN\",\"colour\":\"red\"}", 400)]
    [TestCase("POST", "/activities", "{\"type\":\"RUN\"", 400)]
    [TestCase("POST", "/activities", "{\"type\":\"RUN\",\"name\":\"a\\u0000b\"}", 400, 422)]
    public async Task What_cannot_be_is_refused_as_a_problem(
        string method, string path, string? json, params int[] statuses)
    {
        var athlete = await Person.NewAsync("bad");
        var answer = method == "GET" ? await athlete.GetAsync(path) : await athlete.PostTextAsync(path, json!);
        AssertProblem(answer, statuses);
    }

    [TestCase("\"NaN\"")]
    [TestCase("1e999")]
    [TestCase("91")]
    [TestCase("null")]
    [TestCase("\"46\"")]
    public async Task A_latitude_that_is_none_is_refused_and_nothing_is_stored(string latitude)
    {
        var athlete = await Person.NewAsync("nowhere");
        var start = Recording.HoursAgo(1);
        var id = (await athlete.PostAsync("/activities", new { type = "RUN", startedAt = start }))
            .Expect(HttpStatusCode.Created).Id;

        var answer = await athlete.PostTextAsync(
            $"/activities/{id}/routes",
            $"{{\"location\":{{\"at\":\"{start:yyyy-MM-ddTHH:mm:ss.fffZ}\",\"lat\":{latitude},\"lon\":1}}}}");

        AssertProblem(answer, 400, 422);
        Assert.That((await athlete.GetAsync($"/activities/{id}")).Number("pointCount"), Is.Zero);
    }

    [Test]
    public async Task A_state_that_cannot_follow_is_refused_naming_what_can()
    {
        var athlete = await Person.NewAsync("states");
        var id = Guid.CreateVersion7();
        (await athlete.UploadAsync(id, Recording.North())).Expect(HttpStatusCode.Created);

        var answer = await athlete.PatchStateAsync(id, "STARTED", Recording.HoursAgo(0));

        AssertProblem(answer, 409);
        Assert.That(answer.Text, Does.Contain("COMPLETE"));
    }

    [Test]
    public async Task Another_athletes_activity_can_neither_be_changed_nor_deleted()
    {
        var athlete = await Person.NewAsync("owner");
        var other = await Person.NewAsync("other");
        var id = Guid.CreateVersion7();
        (await athlete.UploadAsync(id, Recording.North(visibility: "ONLY_ME"))).Expect(HttpStatusCode.Created);

        AssertProblem(await other.PatchAsync($"/activities/{id}", new { name = "mine now" }), 403, 404);
        AssertProblem(await other.DeleteAsync($"/activities/{id}"), 403, 404);
        var location = Recording.North().Points[0];
        AssertProblem(await other.PostAsync($"/activities/{id}/routes", new { location }), 403, 404);
        AssertProblem(await other.UploadAsync(id, Recording.North()), 409);
    }

    [TestCase("/activities?mode=USER")]
    [TestCase("/activities?mode=FRIENDS")]
    [TestCase("/activities/0196f0a0-0000-7000-8000-000000000000")]
    [TestCase("/leaderboards/RUN?place=global&window=all")]
    [TestCase("/athletes/me")]
    public async Task Without_a_token_nothing_is_answered(string path) =>
        (await Person.Nobody.GetAsync(path)).Expect(HttpStatusCode.Unauthorized);

    private static void AssertProblem(Answer answer, params int[] statuses)
    {
        Assert.That(statuses, Does.Contain((int)answer.Status), answer.Text);
        Assert.That(answer.ContentType, Is.EqualTo("application/problem+json"), answer.Text);
    }
}
