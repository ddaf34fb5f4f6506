using System.Net;

namespace Strava.EndToEnd;

public sealed class SyncedOfflineTests : Scenario
{
    [Test]
    public async Task A_recording_sent_in_one_request_gives_its_points_back_to_the_millionth_of_a_degree()
    {
        var athlete = await Person.NewAsync("offline");
        var start = Recording.HoursAgo(5);
        // Off the grid of 1e-5 on purpose: a polyline's precision would show.
        var points = Enumerable.Range(0, 600).Select(i => new Point(
            start.AddSeconds(2 * i),
            Math.Round(46.1000037 + (i * 5e-5), 7),
            Math.Round(14.6000013 + (i % 5 * 1.3e-6), 7),
            310 + (i % 7))).ToArray();
        var recording = new Recording(
            "RIDE",
            "offline",
            [
                new("STARTED", start),
                new("STOPPED", start.AddSeconds(1_198)),
                new("COMPLETE", start.AddSeconds(1_199)),
            ],
            points);
        var id = Guid.CreateVersion7();

        (await athlete.UploadAsync(id, recording)).Expect(HttpStatusCode.Created);

        var streams = (await athlete.GetAsync($"/activities/{id}/streams")).Expect(HttpStatusCode.OK).Body;
        var positions = streams.GetProperty("latlng").EnumerateArray()
            .Select(pair => (pair[0].GetDouble(), pair[1].GetDouble())).ToArray();
        var times = streams.GetProperty("time").EnumerateArray().Select(time => time.GetDouble());
        var heights = streams.GetProperty("altitude").EnumerateArray().Select(height => height.GetDouble());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(positions, Has.Length.EqualTo(points.Length));
            Assert.That(
                positions.Zip(points).Max(pair => Math.Abs(pair.First.Item1 - pair.Second.Lat)), Is.LessThan(6e-7));
            Assert.That(
                positions.Zip(points).Max(pair => Math.Abs(pair.First.Item2 - pair.Second.Lon)), Is.LessThan(6e-7));
            Assert.That(times, Is.EqualTo(Enumerable.Range(0, 600).Select(i => 2.0 * i)));
            Assert.That(heights, Is.EqualTo(points.Select(point => point.ElevationMeters!.Value)));
        }
    }

    [Test]
    public async Task A_recording_with_a_pause_counts_nothing_across_it()
    {
        var athlete = await Person.NewAsync("paused");
        var start = Recording.HoursAgo(6);
        var whole = Recording.North(20, from: start);
        var points =
            whole.Points.Select((point, i) => i <= 10 ? point : point with { At = point.At.AddSeconds(600) }).ToArray();
        var recording = whole with
        {
            StateLog =
            [
                new("STARTED", start), new("PAUSED", start.AddSeconds(51)), new("RESUMED", start.AddSeconds(651)),
                new("STOPPED", start.AddSeconds(700)), new("COMPLETE", start.AddSeconds(701)),
            ],
            Points = points,
        };

        var made = (await athlete.UploadAsync(Guid.CreateVersion7(), recording)).Expect(HttpStatusCode.Created);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(made.Number("distanceMeters"), Is.EqualTo(19 * Recording.LegMm / 1_000.0).Within(1e-9));
            Assert.That(made.Number("totalSeconds"), Is.EqualTo(700));
            Assert.That(made.Number("activeSeconds"), Is.EqualTo(100));
        }
    }

    [Test]
    public async Task Many_recordings_at_once_all_arrive()
    {
        string[] countries = ["SI", "US", "SI", "IT"];
        var athletes = await Task.WhenAll(countries.Select(country => Person.NewAsync("crowd", country)));
        await athletes[0].BefriendAsync(athletes[1]);
        await athletes[1].BefriendAsync(athletes[2]);

        var answers = await Task.WhenAll(
            from athlete in athletes
            from i in Enumerable.Range(0, 8)
            select athlete.UploadAsync(Guid.CreateVersion7(), Recording.North(10 + i, i % 3 == 0 ? "RIDE" : "RUN")));

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.Created));
    }
}
