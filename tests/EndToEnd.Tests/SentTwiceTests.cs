using System.Net;

namespace Strava.EndToEnd;

public sealed class SentTwiceTests : Scenario
{
    [Test]
    public async Task Every_request_of_a_live_recording_sent_twice_changes_nothing()
    {
        var athlete = await Person.NewAsync("twice");
        var id = Guid.CreateVersion7();
        var start = Recording.HoursAgo(2);
        var recording = Recording.North(20, from: start);

        var (made, again) =
            await TwiceAsync(() => athlete.PostAsync("/activities", new { type = "RUN", id, name = "twice" }));
        made.Expect(HttpStatusCode.Created);
        again.Expect(HttpStatusCode.OK);
        await SameAsync(() => athlete.PatchStateAsync(id, "STARTED", start));
        foreach (var (points, sequence) in recording.Points.Chunk(7).Select((points, i) => (points, i)))
        {
            await SameAsync(() => athlete.PostAsync($"/activities/{id}/routes", new { sequence, points }));
        }

        await SameAsync(() => athlete.PatchStateAsync(id, "PAUSED", start.AddSeconds(101)));
        await SameAsync(() => athlete.PatchStateAsync(id, "RESUMED", start.AddSeconds(111)));
        var location = recording.Points[^1] with { At = start.AddSeconds(120) };
        await SameAsync(() => athlete.PostAsync($"/activities/{id}/routes", new { location }));
        await SameAsync(() => athlete.PatchStateAsync(id, "STOPPED", start.AddSeconds(130)));
        await SameAsync(() => athlete.PatchStateAsync(id, "COMPLETE", start.AddSeconds(131)));
        await SameAsync(
            () => athlete.PatchAsync($"/activities/{id}", new { name = "renamed", visibility = "FRIENDS" }));
    }

    [Test]
    public async Task A_whole_recording_sent_twice_and_ten_times_at_once_is_stored_once()
    {
        var athlete = await Person.NewAsync("whole-twice");
        var id = Guid.CreateVersion7();
        var recording = Recording.North(40);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => athlete.UploadAsync(id, recording)));
        var last = await athlete.UploadAsync(id, recording);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.Created), Is.EqualTo(1));
            Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.OK), Is.EqualTo(9));
            Assert.That(answers.Select(answer => answer.Version), Is.All.EqualTo(last.Version));
        }
    }

    [Test]
    public async Task Another_recording_under_the_same_id_is_refused()
    {
        var athlete = await Person.NewAsync("same-id");
        var id = Guid.CreateVersion7();
        (await athlete.UploadAsync(id, Recording.North(40))).Expect(HttpStatusCode.Created);
        (await athlete.UploadAsync(id, Recording.North(41))).Expect(HttpStatusCode.Conflict);
    }

    [Test]
    public async Task Deletions_and_friendships_sent_twice_change_nothing()
    {
        var athlete = await Person.NewAsync("gone-twice");
        var friend = await Person.NewAsync("friend-twice");
        await athlete.BefriendAsync(friend);
        await athlete.BefriendAsync(friend);
        var id = Guid.CreateVersion7();
        (await athlete.UploadAsync(id, Recording.North(15))).Expect(HttpStatusCode.Created);

        var (first, second) = await TwiceAsync(() => athlete.DeleteAsync($"/activities/{id}"));

        first.Expect(HttpStatusCode.NoContent);
        second.Expect(HttpStatusCode.NoContent);
    }

    private static async Task SameAsync(Func<Task<Answer>> send)
    {
        var (first, second) = await TwiceAsync(send);
        first.Expect(HttpStatusCode.OK);
        second.Expect(HttpStatusCode.OK);
        Assert.That(second.Version, Is.EqualTo(first.Version));
    }

    private static async Task<(Answer First, Answer Second)> TwiceAsync(Func<Task<Answer>> send) =>
        (await send(), await send());
}
