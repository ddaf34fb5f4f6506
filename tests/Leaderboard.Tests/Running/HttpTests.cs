using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Strava.Contracts.Rest;
using Strava.ServiceDefaults;
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>From the message on the bus to the answer over HTTP.</summary>
[Category("Integration")]
[Parallelizable]
public class HttpTests
{
    [Test]
    public async Task A_message_becomes_a_board_and_its_deletion_empties_it()
    {
        await using var world = await World.CreateAsync();
        await using var host = await world.HostAsync();
        var (me, other) = (Guid.NewGuid(), Guid.NewGuid());
        var (mine, others) = (Messages.Activity(me, 1_500), Messages.Activity(other, 2_500));
        using var client = host.ClientOf(me);

        // The first activity comes before its athlete's profile, and everything comes twice.
        await host.PublishAsync(mine, others, mine, Messages.Profile(me, "SI"), Messages.Profile(other, "SI"), others);
        var board = await BoardAsync(
            client, "/leaderboards/RUN?place=country:SI&top=1", board => board is { Total: 2, Viewer: not null });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(board.Board.Place, Is.EqualTo("country:SI"));
            Assert.That(board.Board.Window, Is.EqualTo("week"));
            Assert.That(board.Board.Period, Does.Match("^20[0-9]{2}-W[0-9]{2}$"));
            Assert.That(board.Board.AsOf, Is.EqualTo(TimeProvider.System.GetUtcNow()).Within(TimeSpan.FromSeconds(5)));
            Assert.That(
                board.Entries.Select(entry => (entry.Rank, entry.AthleteId, entry.DistanceMeters, entry.Activities)),
                Is.EqualTo(new[] { (1L, other, 2_500.0, 1) }));
            Assert.That(board.Entries[0].AthleteName, Does.StartWith("athlete"));
            Assert.That(
                board.Viewer,
                Is.EqualTo(new PlaceBoard.BoardViewer { Rank = 2, DistanceMeters = 1_500, Activities = 1 }));
        }

        await host.PublishAsync(Messages.Deleted(mine), Messages.Deleted(others), mine);
        var empty = await BoardAsync(client, "/leaderboards/RUN?place=country:SI&top=1", board => board.Total == 0);
        Assert.That((empty.Viewer, empty.Entries.Count), Is.EqualTo(((PlaceBoard.BoardViewer?)null, 0)));
    }

    [Test]
    public async Task A_board_is_read_page_by_page_and_not_sent_again_unchanged()
    {
        await using var world = await World.CreateAsync();
        await using var host = await world.HostAsync();
        var athletes = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToArray();
        using var client = host.ClientOf(athletes[2]);
        await host.PublishAsync(
        [
            .. athletes.Select(athlete => Messages.Profile(athlete, "SI", city: "Novo Mesto")),
            .. athletes.Select((athlete, index) => Messages.Activity(athlete, 1_000 * (index + 1))),
        ]);
        const string Path = "/leaderboards/RUN?place=city:novo%20%20MESTO&window=day&pageSize=2&neighbours=1";
        var first = await BoardAsync(
            client, Path, board => board is { Total: 5, Viewer: not null, Board.Stale: false });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Board.Place, Is.EqualTo("city:Novo Mesto"));
            Assert.That(first.Viewer!.Rank, Is.EqualTo(3));
            Assert.That(
                first.Neighbours!.Select(line => (line.Rank, line.AthleteId)),
                Is.EqualTo(new[] { (2L, athletes[3]), (3L, athletes[2]), (4L, athletes[1]) }));
        }

        var text = await client.GetStringAsync(new Uri(Path, UriKind.Relative));
        var read = JsonSerializer.Deserialize<PlaceBoard>(text, StrictJson.Options);
        Assert.That(text, Is.EqualTo(JsonSerializer.Serialize(read, StrictJson.Options)), "put together as the contract has it");

        var seen = new List<(long, Guid)>();
        var path = Path;
        EntityTagHeaderValue? tag = null;
        while (path is not null)
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
            var board = (await answer.Content.ReadFromJsonAsync<PlaceBoard>())!;
            seen.AddRange(board.Entries.Select(entry => (entry.Rank, entry.AthleteId)));
            tag ??= answer.Headers.ETag;
            path = answer.Headers.TryGetValues("Link", out var link) ? link.Single()[1..].Split('>')[0] : null;
            Assert.That(path, Is.Null.Or.Contain("cursor=").And.Contain($"period={first.Board.Period}"));
        }

        Assert.That(seen, Is.EqualTo(athletes.Reverse().Select((athlete, index) => (index + 1L, athlete))));
        Assert.That(await StatusAsync(), Is.EqualTo(HttpStatusCode.NotModified));
        await host.PublishAsync(Messages.Activity(athletes[4], 1));
        await Eventually.HoldsAsync(async () => await StatusAsync() == HttpStatusCode.OK);

        async Task<HttpStatusCode> StatusAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Path, UriKind.Relative));
            request.Headers.IfNoneMatch.Add(tag!);
            using var answer = await client.SendAsync(request);
            return answer.StatusCode;
        }
    }

    [Test]
    public async Task Unknown_words_are_400_problems_and_strangers_401()
    {
        await using var world = await World.CreateAsync();
        await using var host = await world.HostAsync();
        using var client = host.ClientOf(Guid.NewGuid());
        using (Assert.EnterMultipleScope())
        {
            foreach (var query in (string[])
                ["RUN?place=moon", "RUN?place=region:CA", "RUN?place=city:", "SWIM", "RUN?window=24x", "RUN?window=24h&period=2026-11",
                    "RUN?period=2026-W54", "RUN?top=0", "RUN?top=x", "RUN?from=2026-11-01",
                    "RUN?to=2026-11-01", "RUN?from=2026-11-02&to=2026-11-01", "RUN?from=2024-11-02&to=2026-11-01",
                    "RUN?from=2026-11-02&to=2026-11-03T00:00:00Z", "RUN?from=2026-11-02T00:00&to=2026-11-03T00:00",
                    "RUN?from=2026-11-02T00:00:00Z&to=2026-11-02T00:00:00Z", "RUN?from=x&to=y",
                    "RUN?from=0001-01-01&to=0001-01-02", "RUN?window=all&period=2026-W47", "RUN?place=country:%00%00", "RUN?place=city:%00",
                    "RUN?window=day&period=2026-02-29", "RUN?window=year&period=2026-11", "RUN?neighbours=11", "RUN?pageSize=101", "RUN?page=0",
                    "RUN?cursor=x"])
            {
                using var answer = await client.GetAsync(new Uri($"/leaderboards/{query}", UriKind.Relative));
                Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), query);
                Assert.That(
                    answer.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"), query);
                Assert.That(
                    await answer.Content.ReadAsStringAsync(),
                    Does.Contain("allowed").Or.Contain("whole number from 1 to").Or.Contain("leave it out"), query);
            }

            using var stranger = host.CreateClient();
            using var refused = await stranger.GetAsync(new Uri("/leaderboards/RUN", UriKind.Relative));
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        }
    }

    private static Task<PlaceBoard> BoardAsync(
        HttpClient client, string path, Func<PlaceBoard, bool> accept) => Eventually.GivesAsync(
        async () => (await client.GetFromJsonAsync<PlaceBoard>(new Uri(path, UriKind.Relative)))!, accept);
}
