using System.Net;
using System.Net.Http.Json;
using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Flags;
using Strava.Leaderboards.Ledgers;
using Strava.Leaderboards.Reading;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>Boards that do not stand: any range, and periods that are no longer kept.</summary>
[Category("Integration")]
[Parallelizable]
public class RangeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task Any_range_of_any_place_is_the_sum_of_what_was_done_in_it()
    {
        await using var world = await World.CreateAsync();
        var (random, compared) = (new Random(11), 0);
        var (messages, homes) = await LivesAsync(world, random);
        var totals = new RangeTotals(world.Database, TimeProvider.System);
        foreach (var place in (string[])["global", "US", "SI", "SI-1", "city:novo%20mesto", "city:paris"])
        {
            for (var turn = 0; turn < 12; turn++)
            {
                var (first, days) = (DateOnly.FromDateTime(Now.AddDays(-random.Next(0, 90)).Date), random.Next(0, 40));
                var moment = new DateTimeOffset(first, TimeOnly.MinValue, TimeSpan.Zero).AddMinutes(random.Next(0, 1_440));
                var query = turn % 2 == 0
                    ? new BoardQuery { From = $"{first:yyyy-MM-dd}", To = $"{first.AddDays(days):yyyy-MM-dd}" }
                    : new BoardQuery { From = $"{moment:yyyy-MM-dd'T'HH:mm:ss}Z", To = $"{moment.AddHours(days + 1):yyyy-MM-dd'T'HH:mm:ss}Z" };
                var shown = place.StartsWith("city", StringComparison.Ordinal) ? Uri.UnescapeDataString(place)
                    : place.Length == 2 ? $"country:{place}" : place == "SI-1" ? "region:SI-1" : place;
                var (request, faults) = BoardRequest.Parse("RUN", query with { Place = shown });
                Assert.That(faults, Is.Empty);
                var board = await totals.ReadAsync(request!.KeyAt(default), default);
                var expected = BruteForce.Range(
                    messages,
                    homes,
                    activity => activity.Sport == Sport.Run && (turn % 2 == 0
                        ? activity.LocalDate >= first && activity.LocalDate <= first.AddDays(days)
                        : activity.StartedAt >= moment && activity.StartedAt < moment.AddHours(days + 1)),
                    turn % 2 == 0
                        ? new DateTimeOffset(first.AddDays(days + 1), new TimeOnly(12, 0), TimeSpan.Zero)
                        : moment.AddHours(days + 1),
                    place);
                var names = await world.NumbersAsync();
                var found = board.Read(new BoardSlice(1_000), viewer: null).Lines;
                Assert.That(
                    found.Select(line => (names[line.Athlete], line.Score.Packed)), Is.EquivalentTo(expected),
                    $"{place} {query.From} {query.To}");
                compared += expected.Count;
            }
        }

        TestContext.Out.WriteLine($"{compared} entries compared");
        Assert.That(compared, Is.GreaterThan(100));
    }

    [Test]
    public async Task A_flagged_athlete_is_on_no_range_either()
    {
        await using var world = await World.CreateAsync();
        var (cheat, honest) = (Guid.NewGuid(), Guid.NewGuid());
        await world.HandleAsync(Messages.Activity(cheat, 10_000, day: new DateOnly(2020, 5, 5)));
        await world.HandleAsync(Messages.Activity(honest, 10, day: new DateOnly(2020, 5, 5)));
        await new AthleteFlags(world.Database).FlagAsync(cheat, "a car", default);
        var board = await new RangeTotals(world.Database, TimeProvider.System).ReadAsync(
            new BoardKey(Sport.Run, Place.Global, Window.Month, CalendarPeriods.ParseMonth("2020-05")!), default);
        Assert.That(board.Read(new BoardSlice(10), null).Lines.Single().Score.Centimeters, Is.EqualTo(1_000));
    }

    [Test]
    public async Task Over_http_ranges_and_past_periods_are_boards_with_pages_as_others()
    {
        await using var world = await World.CreateAsync();
        await using var host = await world.HostAsync();
        var athletes = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToArray();
        var day = new DateOnly(2021, 8, 14);
        foreach (var (athlete, index) in athletes.Select((athlete, index) => (athlete, index)))
        {
            await world.HandleAsync(Messages.Profile(athlete, "SI"));
            await world.HandleAsync(Messages.Activity(athlete, 1_000 * (index + 1), day: day.AddDays(index)));
        }

        using var client = host.ClientOf(athletes[2]);
        foreach (var (query, count) in new[]
        {
            ("window=month&period=2021-08", 5), ("window=year&period=2021", 5), ("window=week&period=2021-W32", 2),
            ("window=day&period=2021-08-16", 1), ("from=2021-08-15&to=2021-08-17", 3),
            ("from=2021-08-15T09:00:00Z&to=2021-08-17T09:00:00Z", 2), ("from=2021-08-19&to=2021-12-31", 0),
        })
        {
            var board = await GetAsync(client, $"/leaderboards/RUN?place=country:SI&{query}");
            using (Assert.EnterMultipleScope())
            {
                Assert.That(board.Total, Is.EqualTo(count), query);
                Assert.That(board.Board.Stale, Is.False);
                Assert.That(board.Board.Period, Is.EqualTo(query.StartsWith("from", StringComparison.Ordinal)
                    ? query.Replace("from=", "", StringComparison.Ordinal).Replace("&to=", "/", StringComparison.Ordinal)
                    : query.Split('=')[^1]));
                Assert.That(board.Board.Window, Is.EqualTo(query.StartsWith("from", StringComparison.Ordinal) ? "range" : query[7..query.IndexOf('&', StringComparison.Ordinal)]));
            }
        }

        var (path, seen) = ("/leaderboards/RUN?from=2021-08-14&to=2021-08-20&pageSize=2&neighbours=1", new List<long>());
        var first = await GetAsync(client, path);
        Assert.That(first.Viewer, Is.EqualTo(new PlaceBoard.BoardViewer { Rank = 3, DistanceMeters = 3_000, Activities = 1 }));
        Assert.That(first.Neighbours!.Select(line => line.Rank), Is.EqualTo(new[] { 2, 3, 4 }));
        while (path is not null)
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), path);
            seen.AddRange((await answer.Content.ReadFromJsonAsync<PlaceBoard>())!.Entries.Select(entry => entry.Rank));
            path = answer.Headers.TryGetValues("Link", out var link) ? link.Single()[1..].Split('>')[0] : null;
        }

        Assert.That(seen, Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
    }

    [Test]
    public async Task Many_who_ask_at_once_have_it_worked_out_once()
    {
        await using var world = await World.CreateAsync();
        await world.HandleAsync(Messages.Activity(Guid.NewGuid(), 10, day: new DateOnly(2020, 5, 5)));
        using var boards = new OnDemandBoards(new RangeTotals(world.Database, TimeProvider.System), TimeProvider.System);
        var key = new BoardKey(Sport.Run, Place.Global, Window.Month, CalendarPeriods.ParseMonth("2020-05")!);
        var pages = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => boards.ReadAsync(key, new BoardSlice(10), null, default)));
        Assert.That(pages.Select(page => (page!.Total, page.At)).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task More_than_can_be_worked_out_are_asked_to_come_again()
    {
        await using var world = await World.CreateAsync();
        await using var blocker = await world.Database.OpenConnectionAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await using var block = new Npgsql.NpgsqlCommand("LOCK TABLE athlete_flag IN ACCESS EXCLUSIVE MODE", blocker);
        await block.ExecuteNonQueryAsync();
        using var boards = new OnDemandBoards(new RangeTotals(world.Database, TimeProvider.System), TimeProvider.System);
        var asked = Enumerable.Range(0, 40).Select(year => boards.ReadAsync(
            new BoardKey(Sport.Run, Place.Global, Window.Year, CalendarPeriods.ParseYear($"{1950 + year}")!),
            new BoardSlice(1),
            null,
            default)).ToArray();
        Assert.That(asked.Count(one => one is { IsCompletedSuccessfully: true, Result: null }), Is.EqualTo(24), "at once");
        var waited = TimeProvider.System.GetTimestamp();
        Assert.That(await Task.WhenAll(asked), Has.All.Null);
        Assert.That(TimeProvider.System.GetElapsedTime(waited), Is.LessThan(TimeSpan.FromSeconds(8)), "bounded");
    }

    private static async Task<(List<object> Messages, List<Residence> Homes)> LivesAsync(World world, Random random)
    {
        var (messages, homes) = (new List<object>(), new List<Residence>());
        string?[] countries = ["US", "us", "SI", null];
        string?[] cities = ["Novo Mesto", " novo  MESTO", "Paris", null];
        foreach (var athlete in Enumerable.Range(0, 12).Select(_ => Guid.NewGuid()))
        {
            for (var version = 1; version <= random.Next(0, 4); version++)
            {
                var country = random.GetItems(countries, 1)[0];
                var profile = Messages.Profile(
                    athlete, country, version, country is null ? null : $"{country}-{random.Next(1, 3)}", random.GetItems(cities, 1)[0]);
                var since = Now.AddDays(-90 + (25 * version)).AddHours(random.Next(0, 24));
                await new Profiles(world.Database, new ManualTime(since)).RecordAsync(profile, default);
                homes.Add(new Residence(
                    athlete, since, profile.Country?.ToUpperInvariant(), profile.Region?.ToUpperInvariant(), profile.City));
            }

            for (var activity = 0; activity < 25; activity++)
            {
                var start = Now.AddMinutes(-random.Next(0, 90 * 1_440));
                messages.Add(Messages.Activity(
                    athlete, random.Next(0, 20_000),
                    sport: random.Next(4) == 0 ? Sport.Ride : Sport.Run,
                    visibility: random.Next(6) == 0 ? Visibility.Friends : Visibility.Everyone) with
                {
                    StartedAt = start,
                    LocalDate = DateOnly.FromDateTime(start.AddHours(random.Next(-11, 15)).UtcDateTime),
                });
            }
        }

        messages.AddRange(messages.OfType<ActivitySummary>().Take(5).Select(activity => Messages.Deleted(activity)).ToArray());
        await Task.WhenAll(messages.Select(world.HandleAsync));
        return (messages, homes);
    }

    private static async Task<PlaceBoard> GetAsync(HttpClient client, string path) =>
        (await client.GetFromJsonAsync<PlaceBoard>(new Uri(path, UriKind.Relative)))!;
}
