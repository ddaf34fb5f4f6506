using System.Globalization;
using System.Net;
using System.Text.Json;
using Npgsql;
using Strava.Testing;

namespace Strava.EndToEnd;

public sealed class SegmentTests : Scenario
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task Laps_from_before_and_after_a_segment_was_made_count_and_the_title_follows_every_correction()
    {
        var (ana, bor, track) = (await Person.NewAsync("ana"), await Person.NewAsync("bor"), Square.Next());
        var before = Guid.CreateVersion7();
        (await ana.UploadAsync(before, track.Laps(2, hoursAgo: 20))).Expect(HttpStatusCode.Created);
        var segment = await MakeAsync(ana, track);
        await AwaitLegendAsync(ana, segment, "ana 2, mine 2");
        await AwaitLegendAsync(bor, segment, "ana 2, mine 0");
        await AssertNoDifferenceAsync();

        var three = Guid.CreateVersion7();
        (await bor.UploadAsync(three, track.Laps(3, hoursAgo: 10, secondsAPoint: 3))).Expect(HttpStatusCode.Created);
        await AwaitLegendAsync(ana, segment, "bor 3, mine 2");
        await AssertNoDifferenceAsync();

        Assert.That(await TextAsync(ana, $"/segments/{segment}/leaderboard?window=all"), Is.EqualTo("bor 1, ana 2; me 2 of 2"));
        Assert.That(await TextAsync(ana, $"/segments/{segment}/leaderboard?window=year&friends=true"), Is.EqualTo("ana 1; me 1 of 1"));
        await ana.BefriendAsync(bor);
        await Eventually.HoldsAsync(
            async () => await TextAsync(ana, $"/segments/{segment}/leaderboard?friends=true") == "bor 1, ana 2; me 2 of 2", Patience);
        var mine = (await ana.GetAsync($"/segments/{segment}/efforts?mine=true")).OrThrow().Body.EnumerateArray().ToList();
        Assert.That(mine, Has.Count.EqualTo(2));
        Assert.That(mine.Count(effort => effort.GetProperty("isPersonalBest").GetBoolean()), Is.EqualTo(1));

        (await bor.PatchAsync($"/activities/{three}", new { visibility = "FRIENDS" })).Expect(HttpStatusCode.OK);
        await AwaitLegendAsync(bor, segment, "ana 2, mine 0");
        (await bor.PatchAsync($"/activities/{three}", new { visibility = "EVERYONE" })).Expect(HttpStatusCode.OK);
        await AwaitLegendAsync(bor, segment, "bor 3, mine 3");

        (await bor.PutAsync("/local-legends/opt-out")).Expect(HttpStatusCode.NoContent);
        await AwaitLegendAsync(bor, segment, "ana 2, mine 0");
        await AssertNoDifferenceAsync();
        (await bor.DeleteAsync("/local-legends/opt-out")).Expect(HttpStatusCode.NoContent);
        await AwaitLegendAsync(bor, segment, "bor 3, mine 3");

        (await bor.DeleteAsync($"/activities/{three}")).Expect(HttpStatusCode.NoContent);
        await AwaitLegendAsync(bor, segment, "ana 2, mine 0");
        (await ana.DeleteAsync($"/activities/{before}")).Expect(HttpStatusCode.NoContent);
        await AwaitLegendAsync(ana, segment, "nobody 0, mine 0");
    }

    [Test]
    public async Task The_feed_of_those_concerned_tells_once_a_day_who_has_won_a_title()
    {
        var (ana, bor, cene, track) = (
            await Person.NewAsync("ana"), await Person.NewAsync("bor"), await Person.NewAsync("cene"), Square.Next());
        await ana.BefriendAsync(bor);
        var segment = await MakeAsync(cene, track);
        (await ana.UploadAsync(Guid.CreateVersion7(), track.Laps(2, hoursAgo: 9))).Expect(HttpStatusCode.Created);
        await Eventually.HoldsAsync(async () => await TitlesAsync(bor) == "ana 2", Patience);
        Assert.That(await TitlesAsync(ana), Is.EqualTo("ana 2"));

        (await cene.UploadAsync(Guid.CreateVersion7(), track.Laps(3, hoursAgo: 8))).Expect(HttpStatusCode.Created);
        await AwaitLegendAsync(cene, segment, "cene 3, mine 3");
        await AssertNoDifferenceAsync();
        Assert.That(await TitlesAsync(cene), Is.Empty, "once a day");

        async Task<string> TitlesAsync(Person person)
        {
            var list = (await person.GetAsync("/feed/local-legends")).OrThrow().Body.EnumerateArray();
            return string.Join(", ", list.Where(one => one.GetProperty("segmentId").GetGuid() == segment)
                .Select(one => $"{one.GetProperty("wonBy").GetProperty("name").GetString()!.Split('-')[0]} {one.GetProperty("effortCount")}"));
        }
    }

    [Test]
    public async Task A_track_too_long_for_a_message_is_fetched_and_every_lap_counts()
    {
        var (ana, track) = (await Person.NewAsync("ana"), Square.Next());
        var segment = await MakeAsync(ana, track);
        var day = Guid.CreateVersion7();
        (await ana.UploadAsync(day, track.Laps(50, hoursAgo: 20, secondsAPoint: 1, metersAPoint: 2, rough: true))).Expect(HttpStatusCode.Created);
        await AwaitLegendAsync(ana, segment, "ana 50, mine 50");
        await using var database = NpgsqlDataSource.Create(Platform.Current.Database("locallegend"));
        await using var command = database.CreateCommand($"SELECT points IS NULL FROM activity_track WHERE activity_id = '{day}'");
        Assert.That(await command.ExecuteScalarAsync(), Is.True, "it would have travelled in the message");
    }

    [Test]
    public async Task A_LocalLegend_killed_in_the_middle_counts_each_lap_once()
    {
        var (people, track) = (new List<Person>(), Square.Next());
        for (var i = 0; i < 6; i++)
        {
            people.Add(await Person.NewAsync($"p{i}"));
        }

        var uploading = Task.WhenAll(people.Select(async (person, i) =>
            (await person.UploadAsync(Guid.CreateVersion7(), track.Laps(i + 1, hoursAgo: 5 + i))).Expect(HttpStatusCode.Created)));
        var segment = await MakeAsync(people[0], track);
        await Platform.Current["locallegend"].KillAsync();
        await uploading;
        await Platform.Current["locallegend"].StartAsync();
        await AwaitLegendAsync(people[2], segment, "p5 6, mine 3");
    }

    [Test]
    public async Task A_hidden_segment_is_its_makers_alone_and_is_worked_out_anew_when_it_is_shown_again()
    {
        var (ana, bor, track) = (await Person.NewAsync("ana"), await Person.NewAsync("bor"), Square.Next());
        var segment = await MakeAsync(ana, track);
        (await ana.PatchAsync($"/segments/{segment}", new { hidden = true })).Expect(HttpStatusCode.OK);
        (await bor.GetAsync($"/segments/{segment}")).Expect(HttpStatusCode.NotFound);
        (await bor.UploadAsync(Guid.CreateVersion7(), track.Laps(2, hoursAgo: 9))).Expect(HttpStatusCode.Created);
        await AssertNoDifferenceAsync();
        (await ana.PatchAsync($"/segments/{segment}", new { hidden = false })).Expect(HttpStatusCode.OK);
        await AwaitLegendAsync(bor, segment, "bor 2, mine 2");
    }

    private static async Task<Guid> MakeAsync(Person maker, Square track)
    {
        var made = await maker.PostAsync("/segments", new { name = "Three sides", type = "RUN", points = track.Segment(), timeZone = "Europe/Ljubljana" });
        return made.Expect(HttpStatusCode.Created).Id;
    }

    private static async Task AwaitLegendAsync(Person viewer, Guid segment, string expected) => await Eventually.GivesAsync(
        async () =>
        {
            var answer = await viewer.GetAsync($"/segments/{segment}/local-legend");
            if (!answer.IsSuccess)
            {
                return $"{answer.Status}";
            }

            var athlete = answer.Body.GetProperty("athlete");
            var who = athlete.ValueKind == JsonValueKind.Null ? "nobody" : athlete.GetProperty("name").GetString()!.Split('-')[0];
            return $"{who} {answer.Body.GetProperty("effortCount")}, mine {answer.Body.GetProperty("viewer").GetProperty("effortCount")}";
        },
        found => found == expected,
        Patience,
        expected);

    private static async Task<string> TextAsync(Person viewer, string board)
    {
        var body = (await viewer.GetAsync(board)).OrThrow().Body;
        var entries = body.GetProperty("entries").EnumerateArray()
            .Select(entry => $"{entry.GetProperty("athleteName").GetString()!.Split('-')[0]} {entry.GetProperty("rank")}");
        return $"{string.Join(", ", entries)}; me {body.GetProperty("viewer").GetProperty("rank")} of {body.GetProperty("total")}";
    }

    /// <summary>A square of 250 m a side, in a place of its own; the segment is most of its first three sides.</summary>
    private sealed class Square
    {
        private const double SideMeters = 250;
        private const double MetersPerDegree = 111_195;
        private static int _made;
        private readonly double _latitude;

        private Square(double latitude) => _latitude = latitude;

        public static Square Next() => new(47 + (0.05 * Interlocked.Increment(ref _made)));

        public object[] Segment() => [.. Enumerable.Range(0, 66).Select(i => At(50 + (10 * i)))
            .Select(place => new { lat = place.Lat, lon = place.Lon, elevationMeters = 300.0 })];

        public Recording Laps(int laps, int hoursAgo, int secondsAPoint = 4, double metersAPoint = 10, bool rough = false)
        {
            var (start, random) = (Recording.HoursAgo(hoursAgo), new Random(laps));
            // A little more than the laps: one who stops on the line has not left it.
            var count = (int)(((laps * 4 * SideMeters) + 40) / metersAPoint) + 1;
            var points = Enumerable.Range(0, count).Select(i =>
            {
                var (lat, lon) = At(i * metersAPoint);
                return rough
                    ? new Point(start.AddSeconds(i * secondsAPoint), lat + Some(), lon + Some(), Math.Round(300 + (50 * random.NextDouble()), 2))
                    : new Point(start.AddSeconds(i * secondsAPoint), lat, lon);
            }).ToList();
            var end = start.AddSeconds((count - 1) * secondsAPoint);
            return new Recording(
                "RUN",
                string.Create(CultureInfo.InvariantCulture, $"{laps} laps"),
                [new("STARTED", start), new("STOPPED", end), new("COMPLETE", end.AddSeconds(1))],
                points);

            double Some() => Math.Round((random.NextDouble() - 0.5) * 40e-6, 6);
        }

        private (double Lat, double Lon) At(double meters)
        {
            var (side, along) = Math.DivRem((int)Math.Round(meters * 1_000) % (int)(4_000 * SideMeters), (int)(1_000 * SideMeters)) is var (q, r)
                ? (q, r / 1_000.0)
                : default;
            var (east, north) = side switch
            {
                0 => (along, 0.0),
                1 => (SideMeters, along),
                2 => (SideMeters - along, SideMeters),
                _ => (0.0, SideMeters - along),
            };
            return (
                Math.Round(_latitude + (north / MetersPerDegree), 6),
                Math.Round(14 + (east / (MetersPerDegree * Math.Cos(_latitude * Math.PI / 180))), 6));
        }
    }
}
