using System.Net;
using System.Text.Json.Nodes;

namespace Strava.Athletes.Tests;

[TestFixture]
[Category("Integration")]
internal sealed class FriendsHttpTests
{
    [Test]
    public async Task Both_sides_have_to_ask()
    {
        var (ana, bor) = (await Somebody.WithProfileAsync("Ana"), await Somebody.WithProfileAsync("Bor"));
        using var asked = await ana.PutFriendAsync(bor);
        Assert.That(
            (await ana.StateAsync(bor), await bor.StateAsync(ana)),
            Is.EqualTo(("REQUESTED_BY_ME", "REQUESTED_BY_THEM")));

        using var accepted = await bor.PutFriendAsync(ana);
        using var repeated = await bor.PutFriendAsync(ana);
        var body = await Somebody.BodyAsync(repeated);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(asked.StatusCode, Is.EqualTo(HttpStatusCode.Created));
            Assert.That(accepted.StatusCode, Is.EqualTo(HttpStatusCode.Created));
            Assert.That(repeated.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(
                (body["athleteId"]!.GetValue<Guid>(), body["state"]!.GetValue<string>()),
                Is.EqualTo((ana.Id, "FRIENDS")));
            Assert.That(await ana.StateAsync(bor), Is.EqualTo("FRIENDS"));
        }
    }

    [Test]
    public async Task Either_side_ends_it_for_both_and_again_is_no_error()
    {
        var (ana, bor) = await FriendsAsync();
        using var ended = await bor.DeleteFriendAsync(ana);
        using var again = await ana.DeleteFriendAsync(bor);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new[] { ended.StatusCode, again.StatusCode }, Is.All.EqualTo(HttpStatusCode.NoContent));
            Assert.That(new[] { await ana.StateAsync(bor), await bor.StateAsync(ana) }, Is.All.Null);
        }
    }

    [Test]
    public async Task What_cannot_be_befriended_is_refused()
    {
        var (ana, bor) = (await Somebody.WithProfileAsync(), await Somebody.WithProfileAsync());
        var stranger = Somebody.New();
        using var myself = await ana.PutFriendAsync(ana);
        using var unknown = await ana.PutFriendAsync(stranger);
        using var nobody = await ana.Http.PutAsync("/athletes/me/friends/bor", null);
        using var nameless = await stranger.PutFriendAsync(bor);
        Assert.That(
            new[] { myself, unknown, nobody, nameless }.Select(answer => (int)answer.StatusCode),
            Is.EqualTo(new[] { 422, 404, 400, 409 }));
    }

    [Test]
    public async Task The_list_holds_friends_and_requests_by_name_in_pages()
    {
        var me = await Somebody.WithProfileAsync("Me");
        var cal = await Somebody.WithProfileAsync("Cal");
        var ana = await Somebody.WithProfileAsync("Ana");
        var bor = await Somebody.WithProfileAsync("Bor");
        var dan = await Somebody.WithProfileAsync("Dan");
        await me.PutFriendAsync(cal);
        await cal.PutFriendAsync(me);
        await me.PutFriendAsync(ana);
        await bor.PutFriendAsync(me);
        await me.PutFriendAsync(dan);
        await me.DeleteFriendAsync(dan);

        using var first = await me.Http.GetAsync("/athletes/me/friends?pageSize=2");
        using var second = await me.Http.GetAsync(first.Headers.GetValues("Link").Single().Split('<', '>')[1]);
        var pages = new[] { await Somebody.BodyAsync(first), await Somebody.BodyAsync(second) };
        var lines = pages.SelectMany(page => page.AsArray());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines.Select(Line), Is.EqualTo(new[]
            {
                (ana.Id, "Ana", "REQUESTED_BY_ME"), (bor.Id, "Bor", "REQUESTED_BY_THEM"), (cal.Id, "Cal", "FRIENDS"),
            }));
            Assert.That(second.Headers.Contains("Link"), Is.False);
        }
    }

    [TestCase("page=0")]
    [TestCase("page=-1")]
    [TestCase("pageSize=101")]
    [TestCase("pageSize=many")]
    public async Task A_page_out_of_range_is_refused(string query)
    {
        using var answer = await Somebody.New().Http.GetAsync($"/athletes/me/friends?{query}");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task Parallel_asks_of_both_sides_end_as_friends()
    {
        for (var round = 0; round < 5; round++)
        {
            var (ana, bor) = (await Somebody.WithProfileAsync(), await Somebody.WithProfileAsync());
            var answers = await Task.WhenAll(
                Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? ana.PutFriendAsync(bor) : bor.PutFriendAsync(ana)));
            using (Assert.EnterMultipleScope())
            {
                Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.Created), Is.EqualTo(2));
                Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), Is.EqualTo(18));
                Assert.That((await ana.StateAsync(bor), await bor.StateAsync(ana)), Is.EqualTo(("FRIENDS", "FRIENDS")));
            }
        }
    }

    internal static async Task<(Somebody Ana, Somebody Bor)> FriendsAsync()
    {
        var (ana, bor) = (await Somebody.WithProfileAsync("Ana"), await Somebody.WithProfileAsync("Bor"));
        await ana.PutFriendAsync(bor);
        await bor.PutFriendAsync(ana);
        return (ana, bor);
    }

    private static (Guid Id, string Name, string State) Line(JsonNode? line) =>
        (line!["athleteId"]!.GetValue<Guid>(), line["name"]!.GetValue<string>(), line["state"]!.GetValue<string>());
}
