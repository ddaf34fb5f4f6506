using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Strava.Contracts;

namespace Strava.Feeds.Tests;

/// <summary>Who sees what: <c>GET /activities?mode=FRIENDS</c>.</summary>
[TestFixture]
[Category("Integration")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FriendsListTests
{
    private readonly Guid _viewer = Guid.NewGuid();
    private readonly Guid _friend = Guid.NewGuid();

    [SetUp]
    public Task Befriend() => FeedFixture.ApplyAsync(History.Friends(_viewer, _friend));

    [Test]
    public async Task A_friends_activity_is_shown_with_its_figures_and_name()
    {
        var activity = History.Activity(_friend);
        await FeedFixture.ApplyAllAsync(activity, History.Profile(_friend, "Bor"));
        var line = (await FeedFixture.ReadAsync(_viewer)).Lines.Single();
        Assert.That(JsonNode.DeepEquals(line, JsonNode.Parse(
            $$"""
            {"id": "{{activity.ActivityId}}", "athleteId": "{{_friend}}", "athleteName": "Bor", "type": "RUN",
             "name": "Run as of 5", "startedAt": "2026-11-22T06:00:00.000Z", "distanceMeters": 10000.005,
             "activeSeconds": 3500.5, "movingSeconds": 3400.25, "elevationGainMeters": 123.45}
            """)), line.ToJsonString());
    }

    [Test]
    public async Task An_activity_is_shown_before_its_athletes_profile_has_come()
    {
        await FeedFixture.ApplyAsync(History.Activity(_friend));
        Assert.That((await FeedFixture.ReadAsync(_viewer)).Lines.Single()["athleteName"], Is.Null);
    }

    [Test]
    public async Task Only_what_friends_may_see_is_shown()
    {
        var shared = History.Activity(_friend, visibility: Visibility.Friends);
        await FeedFixture.ApplyAllAsync(
            shared,
            History.Activity(_friend, visibility: Visibility.OnlyMe),
            History.Activity(_friend, visibility: (Visibility)9),
            History.Activity(_viewer),
            History.Activity(Guid.NewGuid()));
        Assert.That(await FeedFixture.SeenByAsync(_viewer), Is.EqualTo(new[] { shared.ActivityId }));
    }

    [Test]
    public async Task Strangers_requesters_and_the_ended_see_nothing()
    {
        var (requester, ended) = (Guid.NewGuid(), Guid.NewGuid());
        await FeedFixture.ApplyAllAsync(
            History.Activity(_friend),
            History.Friends(requester, _friend, version: 1, areFriends: false),
            History.Friends(ended, _friend, version: 3, areFriends: false),
            History.Friends(ended, _friend, version: 2));
        Assert.That(
            new[]
            {
                await FeedFixture.SeenByAsync(requester),
                await FeedFixture.SeenByAsync(ended),
                await FeedFixture.SeenByAsync(Guid.NewGuid()),
            },
            Is.All.Empty);
    }

    [Test]
    public async Task Unfriending_hides_at_once_and_befriending_again_shows()
    {
        var activity = History.Activity(_friend);
        await FeedFixture.ApplyAllAsync(activity, History.Friends(_viewer, _friend, version: 3, areFriends: false));
        Assert.That(await FeedFixture.SeenByAsync(_viewer), Is.Empty);
        await FeedFixture.ApplyAsync(History.Friends(_viewer, _friend, version: 5));
        Assert.That(await FeedFixture.SeenByAsync(_viewer), Is.EqualTo(new[] { activity.ActivityId }));
    }

    [Test]
    public async Task Hiding_and_deleting_take_it_away()
    {
        var (hidden, deleted) = (History.Activity(_friend), History.Activity(_friend));
        await FeedFixture.ApplyAllAsync(hidden, deleted);
        await FeedFixture.ApplyAsync(hidden with { Version = 6, Visibility = Visibility.OnlyMe });
        await FeedFixture.ApplyAsync(History.Deleted(deleted, 6));
        await FeedFixture.ApplyAllAsync(hidden, deleted);
        Assert.That(await FeedFixture.SeenByAsync(_viewer), Is.Empty);
    }

    [TestCase("cursor")]
    [TestCase("page")]
    public async Task Pages_hold_each_activity_once_newest_first_also_with_equal_starts(string by)
    {
        var friends = Enumerable.Range(0, 6).Select(_ => Guid.NewGuid()).ToList();
        var all = new List<(DateTimeOffset At, Guid Id)>();
        foreach (var friend in friends)
        {
            await FeedFixture.ApplyAsync(History.Friends(_viewer, friend));
            for (var i = 0; i < 9; i++)
            {
                // Many share their start to the microsecond, across athletes and within one.
                var activity = History.Activity(friend, startedAt: History.Morning.AddMinutes(i / 4));
                all.Add((activity.StartedAt, activity.ActivityId));
                await FeedFixture.ApplyAsync(activity);
            }
        }

        var seen = new List<Guid>();
        var page = 1;
        var query = "mode=FRIENDS&pageSize=7";
        while (query is not null)
        {
            var (lines, next) = await FeedFixture.ReadAsync(_viewer, query);
            seen.AddRange(lines.Select(line => line["id"]!.GetValue<Guid>()));
            query = next is null || by == "cursor" ? next : $"mode=FRIENDS&pageSize=7&page={++page}";
        }

        var expected = all.OrderByDescending(one => one.At)
            .ThenByDescending(one => one.Id.ToString(), StringComparer.Ordinal);
        Assert.That(seen, Is.EqualTo(expected.Select(one => one.Id)));
    }

    [Test]
    public async Task A_cursor_is_not_moved_by_what_is_added_above()
    {
        var old = new List<Guid>();
        for (var i = 0; i < 4; i++)
        {
            var activity = History.Activity(_friend, startedAt: History.Morning.AddHours(-i));
            old.Add(activity.ActivityId);
            await FeedFixture.ApplyAsync(activity);
        }

        var (first, next) = await FeedFixture.ReadAsync(_viewer, "mode=FRIENDS&pageSize=2&page=1");
        await FeedFixture.ApplyAsync(History.Activity(_friend, startedAt: History.Morning.AddHours(1)));
        var (second, _) = await FeedFixture.ReadAsync(_viewer, next!);
        Assert.That(first.Concat(second).Select(line => line["id"]!.GetValue<Guid>()), Is.EqualTo(old));
    }

    [Test]
    public async Task What_is_known_is_not_sent_again_until_it_changes()
    {
        var activity = History.Activity(_friend);
        await FeedFixture.ApplyAsync(activity);
        using var client = FeedFixture.Service.ClientOf(_viewer);
        using var first = await client.GetAsync("/activities?mode=FRIENDS");
        client.DefaultRequestHeaders.IfNoneMatch.Add(EntityTagHeaderValue.Parse(first.Headers.ETag!.ToString()));
        using var same = await client.GetAsync("/activities?mode=FRIENDS");
        await FeedFixture.ApplyAsync(History.Profile(_friend, "Bor"));
        using var renamed = await client.GetAsync("/activities?mode=FRIENDS");
        Assert.That((same.StatusCode, renamed.StatusCode), Is.EqualTo((HttpStatusCode.NotModified, HttpStatusCode.OK)));
    }

    [TestCase("", 400)]
    [TestCase("mode=USER", 400)]
    [TestCase("mode=friends", 400)]
    [TestCase("mode=FRIENDS&mode=USER", 400)]
    [TestCase("mode=FRIENDS&page=-1", 400)]
    [TestCase("mode=FRIENDS&pageSize=101", 400)]
    [TestCase("mode=FRIENDS&cursor=x", 400)]
    [TestCase("mode=FRIENDS&cursor=", 400)]
    [TestCase("mode=FRIENDS&page=101&pageSize=100", 400)]
    [TestCase("mode=FRIENDS&page=100&pageSize=100", 200)]
    [TestCase("mode=FRIENDS&cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 200)]
    [TestCase("mode=FRIENDS&cursor=_________________________________", 400)]
    public async Task A_request_that_cannot_be_read_is_refused(string query, int status)
    {
        using var answer = await FeedFixture.Service.ClientOf(_viewer).GetAsync($"/activities?{query}");
        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
    }

    [Test]
    public async Task Without_a_token_nothing_is_told()
    {
        using var answer = await FeedFixture.Service.CreateClient().GetAsync("/activities?mode=FRIENDS");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }
}
