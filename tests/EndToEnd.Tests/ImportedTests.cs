using System.Globalization;
using System.Net;
using System.Text;
using Strava.Testing;

namespace Strava.EndToEnd;

public sealed class ImportedTests : Scenario
{
    [Test]
    public async Task A_gpx_file_of_two_segments_is_one_activity_with_a_pause()
    {
        var athlete = await Person.NewAsync("import");
        var start = Recording.HoursAgo(7);
        // 10 legs, a gap of 10 minutes, 5 legs; the gap lies 60 s after the first segment's last point.
        var gpx = Gpx(Segment(start, 0, 10), Segment(start.AddSeconds(650), 40, 5));

        var answer = (await athlete.ImportAsync(gpx, "RUN")).Expect(HttpStatusCode.Created);

        var id = answer.Body.EnumerateArray().Single().GetProperty("id").GetGuid();
        var details = (await athlete.GetAsync($"/activities/{id}")).Expect(HttpStatusCode.OK);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(details.Number("distanceMeters"), Is.EqualTo(15 * Recording.LegMm / 1_000.0).Within(1e-9));
            Assert.That(details.Number("totalSeconds"), Is.EqualTo(675));
            Assert.That(details.Number("activeSeconds"), Is.EqualTo(75));
            Assert.That(details.Body.GetProperty("pauses").GetArrayLength(), Is.EqualTo(1));
            Assert.That(details.Body.GetProperty("name").GetString(), Is.EqualTo("Over the hill"));
        }
    }

    [Test]
    public async Task The_same_file_again_is_the_same_activity()
    {
        var athlete = await Person.NewAsync("import-twice");
        var gpx = Gpx(Segment(Recording.HoursAgo(8), 0, 10));

        var first = (await athlete.ImportAsync(gpx)).Expect(HttpStatusCode.Created);
        var second = (await athlete.ImportAsync(gpx)).Expect(HttpStatusCode.OK);

        Assert.That(second.Body[0].GetProperty("id").GetGuid(), Is.EqualTo(first.Body[0].GetProperty("id").GetGuid()));
    }

    [Test]
    public async Task Points_without_times_count_distance_and_no_times()
    {
        var athlete = await Person.NewAsync("untimed");
        var gpx = Gpx(Segment(null, 0, 10));

        var id = (await athlete.ImportAsync(gpx, "RIDE"))
            .Expect(HttpStatusCode.Created).Body[0].GetProperty("id").GetGuid();

        var details = (await athlete.GetAsync($"/activities/{id}")).Expect(HttpStatusCode.OK);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(details.Number("distanceMeters"), Is.EqualTo(10 * Recording.LegMm / 1_000.0).Within(1e-9));
            Assert.That(details.Number("activeSeconds"), Is.Zero);
        }
    }

    [TestCase("<gpx></gpx>", HttpStatusCode.UnprocessableEntity)]
    [TestCase("not a track at all", HttpStatusCode.UnprocessableEntity)]
    [TestCase(
        "<!DOCTYPE gpx [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><gpx>&x;</gpx>",
        HttpStatusCode.UnprocessableEntity)]
    public async Task A_file_without_a_track_is_refused(string file, HttpStatusCode status)
    {
        var athlete = await Person.NewAsync("no-track");
        var answer = (await athlete.ImportAsync(Encoding.UTF8.GetBytes(file))).Expect(status);
        Assert.That(answer.ContentType, Is.EqualTo("application/problem+json"));
    }

    [TestCase("gpxpy/korita-zbevnica.gpx", 14_913.7, 0.003)]
    [TestCase("workout-tracker/meer.gpx", 1_850, 0.025)]
    [TestCase("workout-tracker/GpxSample1.gpx", 3_096, 0.01)]
    public async Task Recordings_of_others_have_the_distance_that_others_found(string file, double meters, double share)
    {
        var path = Path.Combine(Checkout.Root, "..", "shared", "data", file);
        if (!File.Exists(path))
        {
            Assert.Ignore($"../shared/data/{file} is absent here; this case needs it.");
        }

        var athlete = await Person.NewAsync("others");
        var answer = (await athlete.ImportAsync(await File.ReadAllBytesAsync(path), "RUN"))
            .Expect(HttpStatusCode.Created);

        var sum = answer.Body.EnumerateArray().Sum(activity => activity.GetProperty("distanceMeters").GetDouble());
        Assert.That(sum, Is.EqualTo(meters).Within(share * meters));
    }

    private static byte[] Gpx(params string[] segments) => Encoding.UTF8.GetBytes(
        $"""
         <?xml version="1.0" encoding="UTF-8"?>
         <gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">
           <trk><name>Over the hill</name>{string.Concat(segments)}</trk>
         </gpx>
         """);

    private static string Segment(DateTimeOffset? start, int firstLeg, int legs)
    {
        var points = Enumerable.Range(0, legs + 1).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $"<trkpt lat=\"{Recording.Degrees(45_500_000 + (100 * (firstLeg + i)))}\" lon=\"13.7\">"
            + $"<ele>120</ele>{Time(start?.AddSeconds(5 * i))}</trkpt>"));
        return $"<trkseg>{string.Concat(points)}</trkseg>";
    }

    private static string Time(DateTimeOffset? at) =>
        at is { } time ? time.ToString("'<time>'yyyy-MM-dd'T'HH:mm:ss'Z</time>'", CultureInfo.InvariantCulture) : "";
}
