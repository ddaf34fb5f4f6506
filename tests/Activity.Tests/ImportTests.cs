using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using static Strava.Activities.Tests.ActivityFixture;

namespace Strava.Activities.Tests;

/// <summary>Importing what is there already, and what was exported.</summary>
[Category("Integration")]
public sealed class ImportTests
{
    private const int SixtyMetersE6 = 540;
    private const int FortyMetersE6 = 360;

    [TestCase(0, 1, Description = "another recorder's rate")]
    [TestCase(FortyMetersE6, 100, Description = "and its clock and its antenna")]
    public async Task Another_file_of_the_same_ride_is_answered_with_the_first_ones_id(int northE6, int lateSeconds)
    {
        var athlete = Athlete();
        var first = await JsonAsync(ImportAsync(athlete, File()), 201);

        var second = await JsonAsync(ImportAsync(athlete, File(step: 3, northE6: northE6, lateSeconds: lateSeconds)), 200);

        Assert.That(second[0].GetProperty("id").GetString(), Is.EqualTo(first[0].GetProperty("id").GetString()));
        Assert.That((await JsonAsync(athlete.GetAsync("/activities"), 200)).GetArrayLength(), Is.EqualTo(1));
    }

    [TestCase(SixtyMetersE6, 0, "RUN", true)]
    [TestCase(0, 121, "RUN", true)]
    [TestCase(0, 0, "RIDE", true)]
    [TestCase(0, 4_000, "RUN", false)]
    public async Task What_only_overlaps_in_time_is_stored_with_a_warning(int northE6, int lateSeconds, string type, bool warns)
    {
        var athlete = Athlete();
        var first = await JsonAsync(ImportAsync(athlete, File()), 201);

        var second = await JsonAsync(ImportAsync(athlete, File(step: 3, northE6: northE6, lateSeconds: lateSeconds), type), 201);

        Assert.That(second[0].TryGetProperty("warnings", out var warnings), Is.EqualTo(warns));
        if (warns)
        {
            Assert.That(warnings[0].GetProperty("code").GetString(), Is.EqualTo("overlap"));
            Assert.That(warnings[0].GetProperty("activityIds")[0].GetString(), Is.EqualTo(first[0].GetProperty("id").GetString()));
        }
    }

    [Test]
    public async Task A_deleted_activity_and_another_athletes_are_no_duplicates()
    {
        var athlete = Athlete();
        var first = await JsonAsync(ImportAsync(athlete, File()), 201);
        await JsonAsync(ImportAsync(Athlete(), File()), 201);
        await JsonAsync(athlete.DeleteAsync($"/activities/{first[0].GetProperty("id").GetString()}"), 204);

        await JsonAsync(ImportAsync(athlete, File(step: 3)), 201);
    }

    [Test]
    public async Task A_file_of_what_the_phone_has_recorded_is_a_duplicate_too()
    {
        var athlete = Athlete();
        var id = Guid.CreateVersion7();
        await JsonAsync(athlete.PutAsJsonAsync($"/activities/{id}/recording", Recording()), 201);

        var imported = await JsonAsync(ImportAsync(athlete, File()), 200);

        Assert.That(imported[0].GetProperty("id").GetGuid(), Is.EqualTo(id));
    }

    [Test]
    public async Task Sixteen_files_of_one_ride_at_once_make_one_activity()
    {
        var athlete = Athlete();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => ImportAsync(athlete, File(lateSeconds: i / 2))));

        Assert.That(answers.Count(answer => (int)answer.StatusCode == 201), Is.EqualTo(1));
        Assert.That(answers.Count(answer => (int)answer.StatusCode == 200), Is.EqualTo(15));
        Assert.That((await JsonAsync(athlete.GetAsync("/activities"), 200)).GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task An_export_imports_again_with_equal_figures_and_its_words()
    {
        var athlete = Athlete();
        var id = await StartedAsync(athlete);
        await JsonAsync(athlete.PatchAsJsonAsync($"/activities/{id}", new { name = "\"Ljubljana\"\r\n ../<x>" }), 200);
        await JsonAsync(SendAsync(athlete, id, 0, 0, 5, 10, 50), 200);
        await JsonAsync(ChangeAsync(athlete, id, "PAUSED", 12), 200);
        await JsonAsync(ChangeAsync(athlete, id, "RESUMED", 100), 200);
        await JsonAsync(SendAsync(athlete, id, 1, 100, 105), 200);
        var done = await JsonAsync(ChangeAsync(athlete, id, "COMPLETE", 110), 200);

        using var export = await athlete.GetAsync($"/activities/{id}/gpx");
        var imported = await JsonAsync(ImportAsync(Athlete(), await export.Content.ReadAsStringAsync()), 201);
        var again = await JsonAsync(athlete.GetAsync($"/activities/{imported[0].GetProperty("id").GetString()}"), 200);

        Assert.That(export.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/gpx+xml"));
        Assert.That(export.Content.Headers.ContentDisposition!.ToString(), Does.Match("^attachment; filename=[0-9a-z.-]+; filename\\*=UTF-8''[0-9a-z.-]+$"));
        foreach (var figure in new[] { "type", "startedAt", "distanceMeters", "totalSeconds", "activeSeconds", "movingSeconds", "elevationGainMeters", "pauses", "stateLog", "splits" })
        {
            Assert.That(again.GetProperty(figure).ToString(), Is.EqualTo(done.GetProperty(figure).ToString()), figure);
        }

        Assert.That(again.GetProperty("name").GetString(), Does.StartWith("\"Ljubljana\"").And.EndsWith("../<x>"));
        Assert.That(again.GetProperty("pointCount").GetInt32(), Is.EqualTo(5), "the one inside of the pause counts nothing and stays behind");
    }

    [Test]
    public async Task An_export_is_for_those_who_may_see_the_activity()
    {
        var (owner, stranger) = (Athlete(), Athlete());
        var url = $"/activities/{Guid.CreateVersion7()}";
        await JsonAsync(owner.PutAsJsonAsync($"{url}/recording", Recording()), 201);
        using var seen = await stranger.GetAsync($"{url}/gpx");
        Assert.That((int)seen.StatusCode, Is.EqualTo(200));

        await JsonAsync(owner.PatchAsJsonAsync(url, new { visibility = "ONLY_ME" }), 200);

        await JsonAsync(stranger.GetAsync($"{url}/gpx"), 404);
        using var read = await owner.GetAsync($"{url}/gpx");
        using var known = new HttpRequestMessage(HttpMethod.Get, $"{url}/gpx") { Headers = { { "If-None-Match", read.Headers.ETag!.ToString() } } };
        using var unchanged = await owner.SendAsync(known);
        Assert.That((int)unchanged.StatusCode, Is.EqualTo(304));
    }

    /// <summary>A run due north from the fixture's start, on the way of its recording.</summary>
    private static string File(int step = 5, int northE6 = 0, int lateSeconds = 0)
    {
        var points = Enumerable.Range(0, (600 / step) + 1).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $"<trkpt lat=\"{46 + (northE6 + (i * step * 20)) / 1e6:0.000000}\" lon=\"14.5\"><time>{At(lateSeconds + (i * step))}</time></trkpt>"));
        return $"<gpx><trk><trkseg>{string.Concat(points)}</trkseg></trk></gpx>";
    }

    private static async Task<HttpResponseMessage> ImportAsync(HttpClient athlete, string file, string? type = null)
    {
        using var part = new ByteArrayContent(Encoding.UTF8.GetBytes(file));
        part.Headers.ContentType = new MediaTypeHeaderValue("application/gpx+xml");
        using var form = new MultipartFormDataContent { { part, "file", "track.gpx" } };
        if (type is not null)
        {
            form.Add(new StringContent(type), "type");
        }

        return await athlete.PostAsync(new Uri("/activities/import", UriKind.Relative), form);
    }
}
