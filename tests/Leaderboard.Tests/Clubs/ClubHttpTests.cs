using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Strava.Contracts.Rest;
using Strava.Leaderboards.Tests.Running;
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Clubs;

/// <summary>Clubs as a phone has them: the whole service on real servers.</summary>
[Category("Integration")]
[Parallelizable]
public class ClubHttpTests
{
    [Test]
    public async Task A_club_is_made_joined_run_for_read_by_every_column_and_left()
    {
        await using var world = await World.CreateAsync();
        await using var host = await world.HostAsync();
        var (me, other) = (Guid.NewGuid(), Guid.NewGuid());
        using var mine = host.ClientOf(me);
        using var others = host.ClientOf(other);
        var club = await MakeAsync(mine, "Runners  along the river ");
        Assert.That((club.Name, club.Members, club.IsMember), Is.EqualTo(("Runners along the river", 0L, false)));

        await host.PublishAsync(
            Messages.Profile(me, "SI"),
            Messages.Activity(me, 5_000) with { MovingMilliseconds = 1_500_000, ElevationGainCentimeters = 1_239 },
            Messages.Activity(me, 3_000) with { MovingMilliseconds = 1_020_000 },
            Messages.Activity(me, 90_000, sport: Contracts.Sports.Sport.Ride),
            Messages.Activity(other, 6_000) with { MovingMilliseconds = 1_800_000 });
        foreach (var client in (HttpClient[])[mine, mine, others])
        {
            using var joined = await client.PutAsync(Path($"/clubs/{club.Id}/members/me"), null);
            Assert.That(joined.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        }

        var shown = await mine.GetFromJsonAsync<Club>(Path($"/clubs/{club.Id}"));
        Assert.That((shown!.Members, shown.IsMember), Is.EqualTo((2L, true)));
        var board = await BoardAsync(
            mine, $"/clubs/{club.Id}/leaderboard?top=1", one => one is { Total: 2, Viewer.Activities: 2 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (board.Board.ClubId, board.Board.Week, board.Board.Sort), Is.EqualTo((club.Id, "this", "distance")));
            Assert.That(board.Board.Period, Does.Match("^20[0-9]{2}-W[0-9]{2}$"));
            var best = board.Entries.Single();
            Assert.That(
                (best.Rank, best.AthleteId, best.DistanceMeters, best.MovingSeconds),
                Is.EqualTo((1L, me, 8_000.0, 2_520.0)));
            Assert.That(
                (best.ElevationGainMeters, best.AveragePaceSecondsPerKm, best.LongestMeters, best.Activities),
                Is.EqualTo((22.3, (double?)315.0, 5_000.0, 2)));
            Assert.That(best.AthleteName, Does.StartWith("athlete"));
        }

        foreach (var (sort, first) in new[]
        {
            ("distance", me), ("movingTime", me), ("elevation", me),
            ("averagePace", other), ("longest", other), ("activities", me),
        })
        {
            var sorted = await BoardAsync(mine, $"/clubs/{club.Id}/leaderboard?sort={sort}", _ => true);
            var second = first == me ? other : me;
            Assert.That(sorted.Entries.Select(entry => entry.AthleteId), Is.EqualTo(new[] { first, second }), sort);
        }

        var last = await BoardAsync(mine, $"/clubs/{club.Id}/leaderboard?week=last", _ => true);
        Assert.That((last.Total, last.Viewer), Is.EqualTo((0L, (ClubBoard.ClubBoardLine?)null)));
        for (var twice = 0; twice < 2; twice++)
        {
            using var left = await others.DeleteAsync(Path($"/clubs/{club.Id}/members/me"));
            Assert.That(left.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        }

        await BoardAsync(others, $"/clubs/{club.Id}/leaderboard", one => one is { Total: 1, Viewer: null });
    }

    [Test]
    public async Task Clubs_are_browsed_by_name_and_page_and_ones_own_are_listed()
    {
        await using var world = await World.CreateAsync();
        await using var host = await world.HostAsync();
        using var client = host.ClientOf(Guid.NewGuid());
        var made = new List<Club>();
        foreach (var name in (string[])
            ["Kamnik Runners", "KAMNIK riders", "Kranj Runners", "Ob Ljubljanici", "kamnik runners"])
        {
            made.Add(await MakeAsync(client, name));
        }

        using var joined = await client.PutAsync(Path($"/clubs/{made[3].Id}/members/me"), null);
        var found = (await client.GetFromJsonAsync<List<Club>>(Path("/clubs?name=kamnik%20%20RUN")))!;
        Assert.That(found.Select(club => club.Name), Is.EquivalentTo(new[] { "Kamnik Runners", "kamnik runners" }));
        var own = (await client.GetFromJsonAsync<List<Club>>(Path("/clubs?member=me")))!;
        Assert.That(
            own.Select(club => (club.Id, club.IsMember, club.Members)), Is.EqualTo(new[] { (made[3].Id, true, 1L) }));
        Assert.That(await client.GetFromJsonAsync<List<Club>>(Path("/clubs?sport=RIDE")), Is.Empty);

        var (seen, path) = (new List<Guid>(), "/clubs?pageSize=2");
        while (path is not null)
        {
            using var answer = await client.GetAsync(Path(path));
            seen.AddRange((await answer.Content.ReadFromJsonAsync<List<Club>>())!.Select(club => club.Id));
            path = answer.Headers.TryGetValues("Link", out var link) ? link.Single()[1..].Split('>')[0] : null;
        }

        var byName = made.OrderBy(club => club.Name.ToLowerInvariant(), StringComparer.Ordinal)
            .ThenBy(club => $"{club.Id}").Select(club => club.Id);
        Assert.That(seen, Is.EqualTo(byName));
    }

    [Test]
    public async Task What_cannot_be_is_refused_and_says_what_is_allowed()
    {
        await using var world = await World.CreateAsync();
        await using var host = await world.HostAsync();
        using var client = host.ClientOf(Guid.NewGuid());
        var club = await MakeAsync(client, "Club");
        using (Assert.EnterMultipleScope())
        {
            foreach (var query in (string[])
                ["week=next", "week=", "sort=speed", "sort=DISTANCE", "top=0", "top=101", "top=NaN", "page=0",
                    "cursor=x"])
            {
                using var answer = await client.GetAsync(Path($"/clubs/{club.Id}/leaderboard?{query}"));
                var text = await answer.Content.ReadAsStringAsync();
                Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), query);
                Assert.That(text, Does.Contain("allowed").Or.Contain("whole number from 1 to"), query);
            }

            foreach (var path in (string[])
                ["/clubs?sport=SWIM", "/clubs?member=you", "/clubs?cursor=x", "/clubs?name=%00",
                    $"/clubs?name={new string('x', 101)}"])
            {
                using var answer = await client.GetAsync(Path(path));
                Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), path);
            }

            foreach (var path in (string[])["", "/leaderboard"])
            {
                using var answer = await client.GetAsync(Path($"/clubs/{Guid.NewGuid()}{path}"));
                Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound), path);
            }

            foreach (var (body, status) in new[]
            {
                ("""{"name":"Club"}""", 400), ("""{"sport":"RUN"}""", 400), ("""{"name":"  ","sport":"RUN"}""", 422),
                ("""{"name":"a\nb","sport":"RUN"}""", 422), ("""{"name":"Club","sport":"RUN","members":7}""", 400),
            })
            {
                using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
                using var answer = await client.PostAsync(Path("/clubs"), content);
                Assert.That((int)answer.StatusCode, Is.EqualTo(status), body);
            }
        }
    }

    [Test]
    public async Task The_same_key_makes_one_club_and_the_same_page_is_not_sent_again()
    {
        await using var world = await World.CreateAsync();
        await using var host = await world.HostAsync();
        using var client = host.ClientOf(Guid.NewGuid());
        var ids = new HashSet<Guid>();
        for (var twice = 0; twice < 2; twice++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Path("/clubs"))
            {
                Content = JsonContent.Create(new { name = "Once", sport = "RUN" }),
                Headers = { { "Idempotency-Key", "one" } },
            };
            using var made = await client.SendAsync(request);
            Assert.That(made.StatusCode, Is.EqualTo(HttpStatusCode.Created));
            ids.Add((await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid());
        }

        Assert.That(ids, Has.Count.EqualTo(1));
        foreach (var path in (string[])["/clubs", $"/clubs/{ids.Single()}", $"/clubs/{ids.Single()}/leaderboard"])
        {
            await Eventually.HoldsAsync(async () =>
            {
                using var first = await client.GetAsync(Path(path));
                using var again = new HttpRequestMessage(HttpMethod.Get, Path(path));
                again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
                using var second = await client.SendAsync(again);
                return second.StatusCode == HttpStatusCode.NotModified;
            });
        }
    }

    private static Uri Path(string path) => new(path, UriKind.Relative);

    private static async Task<Club> MakeAsync(HttpClient client, string name)
    {
        using var answer = await client.PostAsJsonAsync(Path("/clubs"), new { name, sport = "RUN" });
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created), await answer.Content.ReadAsStringAsync());
        var club = (await answer.Content.ReadFromJsonAsync<Club>())!;
        Assert.That(answer.Headers.Location?.ToString(), Is.EqualTo($"/clubs/{club.Id}"));
        return club;
    }

    private static Task<ClubBoard> BoardAsync(HttpClient client, string path, Func<ClubBoard, bool> accept) =>
        Eventually.GivesAsync(async () => (await client.GetFromJsonAsync<ClubBoard>(Path(path)))!, accept);
}
