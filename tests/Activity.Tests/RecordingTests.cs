using System.Net.Http.Headers;
using System.Net.Http.Json;
using static Strava.Activities.Tests.ActivityFixture;

namespace Strava.Activities.Tests;

[Category("Integration")]
public sealed class RecordingTests
{
    [Test]
    public async Task A_recording_with_a_pause_counts_nothing_across_it()
    {
        var athlete = Athlete();
        var id = await StartedAsync(athlete);
        await JsonAsync(SendAsync(athlete, id, 0, 0, 5, 10), 200);
        await JsonAsync(ChangeAsync(athlete, id, "PAUSED", 12), 200);
        await JsonAsync(ChangeAsync(athlete, id, "RESUMED", 100), 200);
        await JsonAsync(SendAsync(athlete, id, 1, 100, 105), 200);
        var done = await JsonAsync(ChangeAsync(athlete, id, "COMPLETE", 110), 200);

        // Three legs of 5 s at 2e-5 degree a second.
        Assert.That(done.GetProperty("distanceMeters").GetDouble(), Is.EqualTo(33.36).Within(0.02));
        Assert.That(done.GetProperty("totalSeconds").GetDouble(), Is.EqualTo(110));
        Assert.That(done.GetProperty("activeSeconds").GetDouble(), Is.EqualTo(22));
        Assert.That(done.GetProperty("pauses").GetArrayLength(), Is.EqualTo(1));
        Assert.That(done.GetProperty("stateLog").GetArrayLength(), Is.EqualTo(5), "COMPLETE implies STOPPED");
    }

    [Test]
    public async Task Longer_than_a_week_it_is_not_saved_and_its_real_end_may_be_given_later()
    {
        var athlete = Athlete();
        var id = await StartedAsync(athlete);
        const int Week = 7 * 24 * 3_600;

        var refusal = await JsonAsync(ChangeAsync(athlete, id, "COMPLETE", Week + 1), 422);
        Assert.That(refusal.GetProperty("code").GetString(), Is.EqualTo("activity/too-long"));
        Assert.That(refusal.GetProperty("errors").GetProperty("at").GetArrayLength(), Is.EqualTo(1));
        var open = await JsonAsync(athlete.GetAsync($"/activities/{id}"), 200);
        Assert.That(open.GetProperty("state").GetString(), Is.EqualTo("STARTED"), "nothing is stored");

        await JsonAsync(ChangeAsync(athlete, id, "STOPPED", Week), 200);
        var saved = await JsonAsync(ChangeAsync(athlete, id, "COMPLETE", Week + 3_600), 200);
        Assert.That(saved.GetProperty("totalSeconds").GetDouble(), Is.EqualTo(Week), "exactly a week is one");
        await JsonAsync(ChangeAsync(athlete, id, "COMPLETE", Week + 3_600), 200);
    }

    [Test]
    public async Task A_point_without_a_fix_is_kept_and_neither_counted_nor_drawn()
    {
        var athlete = Athlete();
        var id = await StartedAsync(athlete);
        object[] points = [Point(0), new { at = At(2), lat = 0, lon = 0 }, Point(5), new { at = At(6), lat = -0.0000004, lon = 0.0 }, Point(10)];
        await JsonAsync(athlete.PostAsJsonAsync($"/activities/{id}/routes", new { sequence = 0, points }), 200);
        var plain = await StartedAsync(athlete);
        await JsonAsync(SendAsync(athlete, plain, 0, 0, 5, 10), 200);

        var one = await JsonAsync(ChangeAsync(athlete, id, "COMPLETE", 20), 200);
        var other = await JsonAsync(ChangeAsync(athlete, plain, "COMPLETE", 20), 200);
        foreach (var figure in new[] { "distanceMeters", "movingSeconds", "splits", "route" })
        {
            Assert.That(one.GetProperty(figure).GetRawText(), Is.EqualTo(other.GetProperty(figure).GetRawText()), figure);
        }

        Assert.That(one.GetProperty("pointCount").GetInt32(), Is.EqualTo(5));
    }

    [Test]
    public async Task An_imported_files_barometer_and_speeds_count_also_after_its_sport_was_changed()
    {
        var athlete = Athlete();
        var points = string.Concat(Enumerable.Range(0, 20).Select(i =>
            $"<trkpt lat=\"46.{i:0000}\" lon=\"14\"><ele>{300 + (i % 2 * 3)}</ele><time>{At(i * 10)}</time><speed>{3 + (i % 2)}</speed></trkpt>"));
        using var form = new MultipartFormDataContent
        {
            { new StringContent($"<gpx creator=\"Garmin Edge 530\"><trk><trkseg>{points}</trkseg></trk></gpx>"), "file", "a.gpx" },
            { new StringContent("RUN"), "type" },
        };
        var imported = (await JsonAsync(athlete.PostAsync("/activities/import", form), 201))[0];
        var id = imported.GetProperty("id").GetString();
        Assert.That(imported.GetProperty("elevationGainMeters").GetDouble(), Is.EqualTo(30), "ten steps of 3 m");

        var details = await JsonAsync(athlete.GetAsync($"/activities/{id}"), 200);
        Assert.That(details.GetProperty("elevationSource").GetString(), Is.EqualTo("BAROMETRIC"));
        Assert.That(details.GetProperty("maxSpeedMetersPerSecond").GetDouble(), Is.EqualTo(4));
        var changed = await JsonAsync(athlete.PatchAsJsonAsync($"/activities/{id}", new { type = "RIDE" }), 200);
        Assert.That(changed.GetProperty("elevationGainMeters").GetDouble(), Is.EqualTo(30));
        Assert.That(changed.GetProperty("elevationSource").GetString(), Is.EqualTo("BAROMETRIC"));
        var list = await JsonAsync(athlete.GetAsync("/activities?mode=USER"), 200);
        Assert.That(list[0].GetProperty("elevationGainMeters").GetDouble(), Is.EqualTo(30));
    }

    [Test]
    public async Task The_figures_are_right_while_the_activity_is_open()
    {
        var athlete = Athlete();
        var id = await StartedAsync(athlete);

        var answer = await JsonAsync(SendAsync(athlete, id, 0, 0, 5, 10), 200);

        Assert.That(answer.GetProperty("distanceMeters").GetDouble(), Is.EqualTo(22.24).Within(0.01));
        var details = await JsonAsync(athlete.GetAsync($"/activities/{id}"), 200);
        Assert.That(details.GetProperty("distanceMeters").GetDouble(), Is.EqualTo(answer.GetProperty("distanceMeters").GetDouble()));
        Assert.That(details.GetProperty("state").GetString(), Is.EqualTo("STARTED"));
    }

    [Test]
    public async Task Chunks_that_come_late_twice_and_out_of_order_give_the_same_figures()
    {
        var athlete = Athlete();
        var (inOrder, shuffled) = (await StartedAsync(athlete), await StartedAsync(athlete));
        foreach (var sequence in new[] { 0, 1, 2 })
        {
            await JsonAsync(SendAsync(athlete, inOrder, sequence, [.. Seconds(sequence)]), 200);
        }

        foreach (var sequence in new[] { 2, 0, 2, 1, 0 })
        {
            await JsonAsync(SendAsync(athlete, shuffled, sequence, [.. Seconds(sequence)]), 200);
        }

        var one = await JsonAsync(ChangeAsync(athlete, inOrder, "COMPLETE", 200), 200);
        var other = await JsonAsync(ChangeAsync(athlete, shuffled, "COMPLETE", 200), 200);
        foreach (var figure in new[] { "distanceMeters", "movingSeconds", "activeSeconds", "pointCount", "splits", "route", "version" })
        {
            Assert.That(other.GetProperty(figure).ToString(), Is.EqualTo(one.GetProperty(figure).ToString()), figure);
        }

        static IEnumerable<int> Seconds(int sequence) => Enumerable.Range(0, 12).Select(i => sequence * 60 + i * 5);
    }

    [Test]
    public async Task Other_points_under_a_stored_sequence_are_refused_and_nothing_is_lost()
    {
        var athlete = Athlete();
        var id = await StartedAsync(athlete);
        await JsonAsync(SendAsync(athlete, id, 0, 0, 5), 200);

        var problem = await JsonAsync(SendAsync(athlete, id, 0, 0, 6), 409);

        Assert.That(problem.GetProperty("code").GetString(), Is.EqualTo("chunk-differs"));
        Assert.That((await JsonAsync(athlete.GetAsync($"/activities/{id}"), 200)).GetProperty("pointCount").GetInt32(), Is.EqualTo(2));
    }

    [Test]
    public async Task Sixteen_chunks_at_once_are_all_stored()
    {
        var athlete = Athlete();
        var id = await StartedAsync(athlete);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(n => JsonAsync(SendAsync(athlete, id, n, n * 10, n * 10 + 5), 200)));

        var details = await JsonAsync(athlete.GetAsync($"/activities/{id}"), 200);
        Assert.That(details.GetProperty("pointCount").GetInt32(), Is.EqualTo(32));
        Assert.That(details.GetProperty("version").GetInt64(), Is.EqualTo(18));
    }

    [Test]
    public async Task Complete_names_the_chunks_that_have_not_arrived()
    {
        var athlete = Athlete();
        var id = await StartedAsync(athlete);
        await JsonAsync(SendAsync(athlete, id, 0, 0, 5), 200);
        await JsonAsync(SendAsync(athlete, id, 2, 20, 25), 200);
        object complete = new { state = "COMPLETE", at = At(30), expectedChunks = 3 };

        var problem = await JsonAsync(athlete.PatchAsJsonAsync($"/activities/{id}", complete), 409);
        Assert.That(problem.GetProperty("missing").EnumerateArray().Select(e => e.GetInt32()), Is.EqualTo(new[] { 1 }));

        await JsonAsync(SendAsync(athlete, id, 1, 10, 15), 200);
        await JsonAsync(athlete.PatchAsJsonAsync($"/activities/{id}", complete), 200);
    }

    [Test]
    public async Task A_wrong_transition_names_the_state_and_what_is_allowed()
    {
        var athlete = Athlete();
        var made = await JsonAsync(athlete.PostAsJsonAsync("/activities", new { type = "RIDE" }), 201);

        var problem = await JsonAsync(ChangeAsync(athlete, made.GetProperty("id").GetString()!, "PAUSED", 0), 409);

        Assert.That(problem.GetProperty("state").GetString(), Is.EqualTo("CREATED"));
        Assert.That(problem.GetProperty("allowed")[0].GetString(), Is.EqualTo("STARTED"));
    }

    [Test]
    public async Task A_whole_recording_gives_its_points_back_and_sent_again_changes_nothing()
    {
        var athlete = Athlete();
        var url = $"/activities/{Guid.CreateVersion7()}";
        var first = await JsonAsync(athlete.PutAsJsonAsync($"{url}/recording", Recording()), 201);
        var again = await JsonAsync(athlete.PutAsJsonAsync($"{url}/recording", Recording()), 200);

        Assert.That(again.GetProperty("version").GetInt64(), Is.EqualTo(first.GetProperty("version").GetInt64()));
        var streams = await JsonAsync(athlete.GetAsync($"{url}/streams"), 200);
        Assert.That(streams.GetProperty("latlng").GetArrayLength(), Is.EqualTo(121));
        Assert.That(streams.GetProperty("latlng")[120][0].GetDouble(), Is.EqualTo(46.012).Within(1e-9));
        Assert.That(streams.GetProperty("time")[120].GetDouble(), Is.EqualTo(600));
        Assert.That(streams.TryGetProperty("heartRate", out _), Is.False, "a channel that nobody recorded is absent");
    }

    [Test]
    public async Task The_same_recording_in_parallel_is_stored_once()
    {
        var athlete = Athlete();
        var url = $"/activities/{Guid.CreateVersion7()}/recording";

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => athlete.PutAsJsonAsync(url, Recording())));

        Assert.That(answers.Count(answer => (int)answer.StatusCode == 201), Is.EqualTo(1));
        Assert.That(answers.Count(answer => (int)answer.StatusCode == 200), Is.EqualTo(9));
    }

    [Test]
    public async Task Another_recording_or_another_athlete_cannot_take_a_used_id()
    {
        var athlete = Athlete();
        var url = $"/activities/{Guid.CreateVersion7()}/recording";
        await JsonAsync(athlete.PutAsJsonAsync(url, Recording()), 201);

        await JsonAsync(athlete.PutAsJsonAsync(url, Recording(seconds: 300)), 409);
        await JsonAsync(Athlete().PutAsJsonAsync(url, Recording()), 409);
    }

    [Test]
    public async Task A_corrected_sport_is_counted_by_its_own_rules()
    {
        var athlete = Athlete();
        var id = Guid.CreateVersion7();
        object fast = new
        {
            type = "RUN",
            stateLog = new[] { new { state = "STARTED", at = At(0) }, new { state = "COMPLETE", at = At(10) } },
            points = new[] { new { at = At(0), lat = 46.0, lon = 14.5 }, new { at = At(10), lat = 46.002, lon = 14.5 } },
        };
        var run = await JsonAsync(athlete.PutAsJsonAsync($"/activities/{id}/recording", fast), 201);
        Assert.That(run.GetProperty("distanceMeters").GetDouble(), Is.Zero, "no runner makes 22 m/s");

        var ride = await JsonAsync(athlete.PatchAsJsonAsync($"/activities/{id}", new { type = "RIDE" }), 200);

        Assert.That(ride.GetProperty("distanceMeters").GetDouble(), Is.EqualTo(222.4).Within(0.1));
        var list = await JsonAsync(athlete.GetAsync("/activities?mode=USER"), 200);
        Assert.That(list[0].GetProperty("distanceMeters").GetDouble(), Is.EqualTo(ride.GetProperty("distanceMeters").GetDouble()));
    }

    [Test]
    public async Task An_imported_file_is_one_activity_and_the_same_file_again_is_the_same_one()
    {
        var athlete = Athlete();
        const string file =
            """
            <gpx><trk><name>Around the lake</name><trkseg><trkpt lat="46" lon="14"><time>2026-01-01T10:00:00Z</time></trkpt>
            <trkpt lat="46.001" lon="14"><time>2026-01-01T10:00:30Z</time></trkpt></trkseg></trk></gpx>
            """;

        var first = await JsonAsync(ImportAsync(athlete, file), 201);
        var again = await JsonAsync(ImportAsync(athlete, file), 200);

        Assert.That(first[0].GetProperty("name").GetString(), Is.EqualTo("Around the lake"));
        Assert.That(first[0].GetProperty("distanceMeters").GetDouble(), Is.EqualTo(111.2).Within(0.1));
        Assert.That(again[0].GetProperty("id").GetString(), Is.EqualTo(first[0].GetProperty("id").GetString()));

        await JsonAsync(athlete.DeleteAsync($"/activities/{first[0].GetProperty("id").GetString()}"), 204);
        await JsonAsync(ImportAsync(athlete, file), 201);
    }

    [TestCase("no xml", "file/malformed")]
    [TestCase("<gpx/>", "file/no-positions")]
    public async Task A_file_that_cannot_be_imported_is_refused_and_leaves_nothing(string file, string code)
    {
        var athlete = Athlete();

        var problem = await JsonAsync(ImportAsync(athlete, file), 422);

        Assert.That(problem.GetProperty("code").GetString(), Is.EqualTo(code));
        Assert.That((await JsonAsync(athlete.GetAsync("/activities?mode=USER"), 200)).GetArrayLength(), Is.Zero);
    }

    private static async Task<HttpResponseMessage> ImportAsync(HttpClient athlete, string file)
    {
        using var part = new StringContent(file);
        part.Headers.ContentType = new MediaTypeHeaderValue("application/gpx+xml");
        using var form = new MultipartFormDataContent { { part, "file", "../../etc/passwd" } };
        return await athlete.PostAsync(new Uri("/activities/import", UriKind.Relative), form);
    }
}
