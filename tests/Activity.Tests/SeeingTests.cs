using System.Net.Http.Json;
using static Strava.Activities.Tests.ActivityFixture;

namespace Strava.Activities.Tests;

[Category("Integration")]
public sealed class SeeingTests
{
    [Test]
    public async Task A_stranger_sees_a_saved_public_activity_and_may_not_change_it()
    {
        var (owner, stranger) = (Athlete(), Athlete());
        var url = await RecordedAsync(owner);

        await JsonAsync(stranger.GetAsync(url), 200);
        await JsonAsync(stranger.PatchAsJsonAsync(url, new { name = "mine now" }), 403);
        await JsonAsync(stranger.DeleteAsync(url), 403);
        Assert.That((await JsonAsync(owner.GetAsync(url), 200)).GetProperty("name").GetString(), Is.EqualTo("a run"));
    }

    [TestCase("FRIENDS")]
    [TestCase("ONLY_ME")]
    public async Task What_a_stranger_may_not_see_is_not_there(string visibility)
    {
        var (owner, stranger) = (Athlete(), Athlete());
        var url = await RecordedAsync(owner);
        await JsonAsync(owner.PatchAsJsonAsync(url, new { visibility }), 200);

        await JsonAsync(stranger.GetAsync(url), 404);
        await JsonAsync(stranger.GetAsync($"{url}/streams"), 404);
        await JsonAsync(stranger.PatchAsJsonAsync(url, new { name = "mine now" }), 404);
        await JsonAsync(stranger.DeleteAsync(url), 404);
        await JsonAsync(owner.GetAsync(url), 200);
    }

    [Test]
    public async Task Details_that_were_shown_before_change_with_the_activity_and_stay_behind_the_viewing_policy()
    {
        var (owner, stranger) = (Athlete(), Athlete());
        var url = await RecordedAsync(owner);
        var first = await JsonAsync(stranger.GetAsync(url), 200);
        var again = await JsonAsync(stranger.GetAsync(url), 200);
        Assert.That(again.GetRawText(), Is.EqualTo(first.GetRawText()));

        await JsonAsync(owner.PatchAsJsonAsync(url, new { name = "renamed" }), 200);
        Assert.That((await JsonAsync(stranger.GetAsync(url), 200)).GetProperty("name").GetString(), Is.EqualTo("renamed"));

        await JsonAsync(owner.PatchAsJsonAsync(url, new { visibility = "ONLY_ME" }), 200);
        await JsonAsync(owner.GetAsync(url), 200);
        await JsonAsync(stranger.GetAsync(url), 404);
    }

    [Test]
    public async Task An_activity_under_way_is_not_shown_to_strangers()
    {
        var (owner, stranger) = (Athlete(), Athlete());
        var id = await StartedAsync(owner);

        await JsonAsync(stranger.GetAsync($"/activities/{id}"), 404);
    }

    [Test]
    public async Task A_deleted_activity_is_gone_for_everyone_and_deleting_it_again_is_no_error()
    {
        var (owner, stranger) = (Athlete(), Athlete());
        var url = await RecordedAsync(owner);

        await JsonAsync(owner.DeleteAsync(url), 204);
        await JsonAsync(owner.DeleteAsync(url), 204);

        await JsonAsync(owner.GetAsync(url), 404);
        await JsonAsync(stranger.DeleteAsync(url), 404);
        Assert.That((await JsonAsync(owner.GetAsync("/activities"), 200)).GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task The_list_shows_saved_activities_newest_first_and_pages_by_cursor()
    {
        var owner = Athlete();
        await StartedAsync(owner);
        for (var i = 0; i < 5; i++)
        {
            await RecordedAsync(owner, seconds: 60 + i * 60);
        }

        using var first = await owner.GetAsync("/activities?mode=USER&pageSize=2");
        var seen = new List<string>();
        var next = first;
        for (var pages = 0; pages < 5; pages++)
        {
            seen.AddRange((await JsonAsync(Task.FromResult(next), 200)).EnumerateArray().Select(e => e.GetProperty("id").GetString()!));
            if (!next.Headers.TryGetValues("Link", out var link))
            {
                break;
            }

            next = await owner.GetAsync(link.Single().Split('<', '>')[1]);
        }

        Assert.That(seen, Has.Count.EqualTo(5));
        Assert.That(seen, Is.Unique);
    }

    [TestCase("/activities?mode=USER&page=-1")]
    [TestCase("/activities?mode=USER&pageSize=1000000000")]
    [TestCase("/activities?mode=EVERYBODY")]
    [TestCase("/activities?cursor=zzz")]
    public async Task A_list_that_cannot_be_is_a_400(string url) => await JsonAsync(Athlete().GetAsync(url), 400);

    [Test]
    public async Task A_stale_If_Match_is_a_412_and_a_known_version_a_304()
    {
        var owner = Athlete();
        var url = await RecordedAsync(owner);
        using var read = await owner.GetAsync(url);
        using var conditional = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { { "If-None-Match", read.Headers.ETag!.ToString() } } };
        Assert.That((int)(await owner.SendAsync(conditional)).StatusCode, Is.EqualTo(304));
        await JsonAsync(owner.PatchAsJsonAsync(url, new { name = "renamed" }), 200);

        using var stale = new HttpRequestMessage(HttpMethod.Patch, url)
        {
            Content = JsonContent.Create(new { name = "renamed again" }),
            Headers = { { "If-Match", read.Headers.ETag.ToString() } },
        };
        await JsonAsync(owner.SendAsync(stale), 412);
    }

    private static async Task<string> RecordedAsync(HttpClient athlete, int seconds = 60)
    {
        var url = $"/activities/{Guid.CreateVersion7()}";
        await JsonAsync(athlete.PutAsJsonAsync($"{url}/recording", Recording(seconds)), 201);
        return url;
    }
}
