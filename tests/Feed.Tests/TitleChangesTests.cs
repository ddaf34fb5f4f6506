using System.Net;
using System.Text.Json.Nodes;
using Strava.Contracts.Messages;
using Strava.Contracts.Sports;
using Strava.Testing;
using static Strava.Feeds.Tests.FeedFixture;

namespace Strava.Feeds.Tests;

[TestFixture]
[Category("Integration")]
internal sealed class TitleChangesTests
{
    private static readonly DateOnly Day = new(2026, 11, 22);

    [Test]
    public async Task Winner_loser_and_their_friends_see_a_title_change_hands_and_nobody_else_does()
    {
        var (winner, loser, friend, stranger) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var change = Change(winner, loser);
        await ApplyAllAsync(History.Profile(winner, "Ana"), History.Friends(friend, winner), change);

        foreach (var athlete in new[] { winner, loser, friend })
        {
            var (lines, _) = await ReadAsync(athlete, "/feed/local-legends");
            Assert.That(lines, Has.Count.EqualTo(1));
            Assert.That((string?)lines[0]["wonBy"]!["name"], Is.EqualTo("Ana"));
            Assert.That((string?)lines[0]["lostBy"]!["id"], Is.EqualTo(loser.ToString()));
            Assert.That((string?)lines[0]["lostBy"]!["name"], Is.Null, "the profile has not come");
            Assert.That((string?)lines[0]["date"], Is.EqualTo("2026-11-22"));
            Assert.That((int)lines[0]["effortCount"]!, Is.EqualTo(3));
            Assert.That((string?)lines[0]["type"], Is.EqualTo("RIDE"));
        }

        Assert.That((await ReadAsync(stranger, "/feed/local-legends")).Lines, Is.Empty);
        await ApplyAsync(History.Friends(friend, winner, version: 3, areFriends: false));
        Assert.That((await ReadAsync(friend, "/feed/local-legends")).Lines, Is.Empty, "no friends any more");
    }

    [Test]
    public async Task What_the_bus_tells_twice_is_shown_once_and_a_lost_title_needs_no_winner()
    {
        var loser = Guid.NewGuid();
        var change = Change(null, loser);
        await Service.PublishAsync(change);
        await Service.PublishAsync(change);
        await Eventually.HoldsAsync(async () => (await ReadAsync(loser, "/feed/local-legends")).Lines.Count > 0);
        await ApplyAllAsync(change, change with { Efforts = 9 });
        var (lines, _) = await ReadAsync(loser, "/feed/local-legends");
        Assert.That(lines, Has.Count.EqualTo(1));
        Assert.That(lines[0]["wonBy"], Is.Null);
        Assert.That((int)lines[0]["effortCount"]!, Is.Zero);
    }

    [Test]
    public async Task Pages_give_each_change_once_newest_first()
    {
        var (me, friend) = (Guid.NewGuid(), Guid.NewGuid());
        await ApplyAsync(History.Friends(me, friend));
        for (var i = 0; i < 25; i++)
        {
            // Won from a friend: the line of both is one line.
            await ApplyAsync(Change(me, friend) with { Date = Day.AddDays(i / 2) });
        }

        var seen = new List<JsonNode>();
        for (var next = "/feed/local-legends?pageSize=10"; next is not null;)
        {
            (var lines, next) = await ReadAsync(me, next);
            Assert.That(lines, Has.Count.LessThanOrEqualTo(10));
            seen.AddRange(lines);
        }

        Assert.That(seen.Select(line => (string?)line["segmentId"]).Distinct().Count(), Is.EqualTo(25));
        Assert.That(seen, Has.Count.EqualTo(25));
        Assert.That(seen.Select(line => (string?)line["date"]), Is.Ordered.Descending);
    }

    [TestCase("page=2")]
    [TestCase("cursor=nonsense")]
    [TestCase("pageSize=0")]
    public async Task What_is_no_page_is_refused_with_a_sentence(string query)
    {
        using var answer = await Service.ClientOf(Guid.NewGuid()).GetAsync($"/feed/local-legends?{query}");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(query.Split('=')[0]));
    }

    private static LocalLegendChanged Change(Guid? winner, Guid loser) => new()
    {
        SegmentId = Guid.NewGuid(),
        SegmentName = "Up the hill",
        Sport = Sport.Ride,
        Date = Day,
        WonBy = winner,
        Efforts = winner is null ? 0 : 3,
        LostBy = loser,
        LostWithEfforts = 2,
    };
}
