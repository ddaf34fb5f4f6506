using System.Net;
using Strava.Testing;

namespace Strava.EndToEnd;

public sealed class RecordedLiveTests : Scenario
{
    private const double Leg = Recording.LegMm / 1_000.0;

    [Test]
    public async Task Points_recorded_one_by_one_with_a_pause_give_exact_figures()
    {
        var athlete = await Person.NewAsync("live");
        var id = (await athlete.PostAsync("/activities", new { type = "RUN", name = "live run" }))
            .Expect(HttpStatusCode.Created).Id;
        var start = Recording.HoursAgo(1);
        (await athlete.PatchStateAsync(id, "STARTED", start)).Expect(HttpStatusCode.OK);
        for (var i = 0; i <= 40; i++)
        {
            // Five minutes of pause between points 20 and 21: the leg across it does not count.
            var at = start.AddSeconds((5 * i) + (i > 20 ? 300 : 0));
            if (i == 21)
            {
                (await athlete.PatchStateAsync(id, "PAUSED", start.AddSeconds(102))).Expect(HttpStatusCode.OK);
                (await athlete.PatchStateAsync(id, "RESUMED", start.AddSeconds(402))).Expect(HttpStatusCode.OK);
            }

            var point = new Point(at, Recording.Degrees(46_050_000 + (100 * i)), 14.5, 300);
            (await athlete.PostAsync($"/activities/{id}/routes", new { location = point })).Expect(HttpStatusCode.OK);
        }

        (await athlete.PatchStateAsync(id, "STOPPED", start.AddSeconds(505))).Expect(HttpStatusCode.OK);
        (await athlete.PatchStateAsync(id, "COMPLETE", start.AddSeconds(506))).Expect(HttpStatusCode.OK);

        var details = (await athlete.GetAsync($"/activities/{id}")).Expect(HttpStatusCode.OK);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(details.Number("distanceMeters"), Is.EqualTo(39 * Leg).Within(1e-9));
            Assert.That(details.Number("totalSeconds"), Is.EqualTo(505));
            Assert.That(details.Number("activeSeconds"), Is.EqualTo(205));
            Assert.That(details.Number("pointCount"), Is.EqualTo(41));
            Assert.That(details.Body.GetProperty("state").GetString(), Is.EqualTo("COMPLETE"));
            Assert.That(details.Body.GetProperty("pauses").GetArrayLength(), Is.EqualTo(1));
            Assert.That(details.Body.GetProperty("pauses")[0].GetProperty("seconds").GetDouble(), Is.EqualTo(300));
        }
    }

    [Test]
    public async Task Figures_are_right_while_the_activity_is_still_open()
    {
        var athlete = await Person.NewAsync("open");
        var start = Recording.HoursAgo(1);
        var id = (await athlete.PostAsync("/activities", new { type = "RUN", startedAt = start }))
            .Expect(HttpStatusCode.Created).Id;
        var points = Recording.North(10, from: start).Points;
        (await athlete.PostAsync($"/activities/{id}/routes", new { sequence = 0, points })).Expect(HttpStatusCode.OK);
        (await athlete.PatchStateAsync(id, "PAUSED", start.AddSeconds(60))).Expect(HttpStatusCode.OK);

        var details = (await athlete.GetAsync($"/activities/{id}")).Expect(HttpStatusCode.OK);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(details.Number("distanceMeters"), Is.EqualTo(10 * Leg).Within(1e-9));
            Assert.That(details.Number("activeSeconds"), Is.EqualTo(60));
            Assert.That(details.Number("totalSeconds"), Is.GreaterThan(3_500));
        }
    }

    [Test]
    public async Task Chunks_out_of_order_and_duplicated_give_the_same_figures_as_in_order()
    {
        var athlete = await Person.NewAsync("shuffled");
        var recording = Recording.North(99, from: Recording.HoursAgo(4));
        var chunks = recording.Points.Chunk(10).Select((points, i) => new { sequence = i, points }).ToArray();
        int[] shuffled = [3, 0, 9, 1, 1, 8, 2, 7, 3, 4, 6, 5, 0];

        var inOrder = await RecordAsync(Enumerable.Range(0, chunks.Length));
        var outOfOrder = await RecordAsync(shuffled);

        using (Assert.EnterMultipleScope())
        {
            string[] figures = ["distanceMeters", "totalSeconds", "activeSeconds", "movingSeconds", "pointCount"];
            foreach (var figure in figures)
            {
                Assert.That(outOfOrder.Number(figure), Is.EqualTo(inOrder.Number(figure)), figure);
            }

            Assert.That(inOrder.Number("distanceMeters"), Is.EqualTo(99 * Leg).Within(1e-9));
            foreach (var part in new[] { "route", "splits", "pauses" })
            {
                var wanted = inOrder.Body.GetProperty(part).GetRawText();
                Assert.That(outOfOrder.Body.GetProperty(part).GetRawText(), Is.EqualTo(wanted), part);
            }
        }

        async Task<Answer> RecordAsync(IEnumerable<int> order)
        {
            var start = recording.StateLog[0].At;
            var id = (await athlete.PostAsync("/activities", new { type = "RUN", startedAt = start }))
                .Expect(HttpStatusCode.Created).Id;
            foreach (var sequence in order)
            {
                (await athlete.PostAsync($"/activities/{id}/routes", chunks[sequence])).Expect(HttpStatusCode.OK);
            }

            return (await athlete.PatchStateAsync(id, "COMPLETE", recording.StateLog[2].At)).Expect(HttpStatusCode.OK);
        }
    }

    [Test]
    public async Task Another_chunk_under_the_same_number_is_refused_and_changes_nothing()
    {
        var athlete = await Person.NewAsync("conflict");
        var start = Recording.HoursAgo(1);
        var id = (await athlete.PostAsync("/activities", new { type = "RUN", startedAt = start }))
            .Expect(HttpStatusCode.Created).Id;
        var points = Recording.North(5, from: start).Points;
        (await athlete.PostAsync($"/activities/{id}/routes", new { sequence = 0, points })).Expect(HttpStatusCode.OK);

        var other = points.Select(point => point with { Lat = point.Lat + 0.5 });
        (await athlete.PostAsync($"/activities/{id}/routes", new { sequence = 0, points = other }))
            .Expect(HttpStatusCode.Conflict);

        Assert.That((await athlete.GetAsync($"/activities/{id}")).Number("pointCount"), Is.EqualTo(6));
    }

    [Test]
    public async Task An_activity_still_being_recorded_is_hidden_from_strangers_and_lists()
    {
        var athlete = await Person.NewAsync("hidden");
        var friend = await Person.NewAsync("friend");
        var stranger = await Person.NewAsync("stranger");
        await athlete.BefriendAsync(friend);
        var id = (await athlete.PostAsync("/activities", new { type = "RIDE", startedAt = Recording.HoursAgo(1) }))
            .Expect(HttpStatusCode.Created).Id;

        await Eventually.HoldsAsync(
            async () => (await friend.GetAsync($"/activities/{id}")).Status == HttpStatusCode.OK);
        (await stranger.GetAsync($"/activities/{id}")).Expect(HttpStatusCode.NotFound);
        Assert.That(await athlete.ListsAsync("USER", id), Is.False);
    }
}
