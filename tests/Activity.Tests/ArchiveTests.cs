using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Strava.Activities.Sharding;
using Strava.Contracts.Tracks;
using Strava.Testing;
using static Strava.Activities.Tests.ActivityFixture;
using static Strava.Activities.Tests.ArchiveWorld;

namespace Strava.Activities.Tests;

[Category("Integration")]
public sealed class ArchiveTests
{
    [Test]
    public async Task An_archived_activity_reads_as_before_and_only_its_points_have_left()
    {
        await using var world = await OpenAsync();
        var owner = world.Athlete();
        var id = await RecordedAsync(owner);
        var (before, rows) = (await ReadAsync(owner, id), await world.RowsAsync(id));

        Assert.That(await world.CommandAsync("--archive", "--dry-run"), Does.Contain("would archive 1 activities"));
        Assert.That(await world.ArchivedEventsAsync(), Is.Zero);
        await world.CommandAsync("--archive");

        Assert.That(await world.ArchivedEventsAsync(), Is.EqualTo(3));
        Assert.That(world.Objects, Is.EqualTo(1));
        Assert.That(await ReadAsync(owner, id), Is.EqualTo(before));
        Assert.That(await world.RowsAsync(id), Does.Match("""\{"Count": 35, "Archived": \{"ref": "warm/""").And.Not.Contain("Points\""));

        await world.CommandAsync("--restore", id);
        Assert.That(await world.RowsAsync(id), Is.EqualTo(rows));
        Assert.That(await ReadAsync(owner, id), Is.EqualTo(before));
    }

    [Test]
    public async Task Folded_live_posts_come_back_as_the_posts_they_were()
    {
        await using var world = await OpenAsync();
        var owner = world.Athlete();
        var id = await StartedAsync(owner);
        var athlete = (await JsonAsync(owner.GetAsync($"/activities/{id}"), 200)).GetProperty("athleteId").GetGuid();
        var shard = world.Services.GetRequiredService<Shards>().Home;
        for (var i = 0; i < 3; i++)
        {
            var point = new TrackPoint(Start.AddSeconds(i * 5).ToUnixTimeMilliseconds(), 46_000_000 + (i * 100), 14_500_000);
            await shard.Live.AddAsync(Guid.Parse(id), athlete, new TrackChunk(i, [point]), default);
        }

        await JsonAsync(ChangeAsync(owner, id, "COMPLETE", 60), 200);
        var (before, rows) = (await ReadAsync(owner, id), await world.RowsAsync(id));
        Assert.That(rows, Does.Contain("\"Posts\": [1, 1, 1]"));

        await world.CommandAsync("--archive");
        Assert.That(await world.ArchivedEventsAsync(), Is.EqualTo(1));
        Assert.That(await ReadAsync(owner, id), Is.EqualTo(before));
        var stream = await shard.Store.FetchStreamAsync(Guid.Parse(id), default);
        Assert.That(stream!.Chunks.Select(chunk => chunk.Sequence), Is.EqualTo(new[] { 0, 1, 2 }));
        await world.CommandAsync("--restore", id);
        Assert.That(await world.RowsAsync(id), Is.EqualTo(rows));
    }

    [Test]
    public async Task What_is_young_or_under_way_stays()
    {
        await using var world = await OpenAsync();
        var owner = world.Athlete();
        await RecordedAsync(owner);
        var open = await StartedAsync(owner);
        await JsonAsync(SendAsync(owner, open, 0, 1, 2, 3), 200);

        await world.CommandAsync("--archive", "--older-than", "30000");
        Assert.That(await world.ArchivedEventsAsync(), Is.Zero);
        await world.CommandAsync("--archive", "--older-than", "0");
        Assert.That(await world.ArchivedEventsAsync(), Is.EqualTo(3));
    }

    [Test]
    public async Task An_archived_activity_can_be_edited_repeated_and_deleted()
    {
        await using var world = await OpenAsync();
        var owner = world.Athlete();
        var (edited, twin) = (await RecordedAsync(owner), await RecordedAsync(owner));
        await JsonAsync(owner.PatchAsJsonAsync($"/activities/{twin}", new { type = "RIDE", name = "x" }), 200);
        await world.CommandAsync("--archive");

        var answer = await JsonAsync(owner.PatchAsJsonAsync($"/activities/{edited}", new { type = "RIDE", name = "x" }), 200);
        var expected = await JsonAsync(owner.GetAsync($"/activities/{twin}"), 200);
        foreach (var figure in new[] { "distanceMeters", "movingSeconds", "pointCount", "elevationGainMeters" })
        {
            Assert.That(answer.GetProperty(figure).GetDouble(), Is.EqualTo(expected.GetProperty(figure).GetDouble()), figure);
        }

        await JsonAsync(SendAsync(owner, edited, 0, [.. Enumerable.Range(0, 35)]), 200);
        await JsonAsync(SendAsync(owner, edited, 0, 1, 2), 409);
        using (var deleted = await owner.DeleteAsync($"/activities/{edited}"))
        {
            Assert.That((int)deleted.StatusCode, Is.EqualTo(204));
        }

        await JsonAsync(owner.GetAsync($"/activities/{edited}"), 404);
    }

    [Test]
    public async Task An_import_is_known_by_its_likeness_to_archived_points()
    {
        await using var world = await OpenAsync();
        var owner = world.Athlete();
        var id = await RecordedAsync(owner);
        var gpx = await owner.GetByteArrayAsync($"/activities/{id}/gpx");
        await world.CommandAsync("--archive");

        using var form = new MultipartFormDataContent { { new StringContent("RUN"), "type" } };
        form.Add(new ByteArrayContent(gpx) { Headers = { ContentType = new MediaTypeHeaderValue("application/gpx+xml") } }, "file", "a.gpx");
        var known = await JsonAsync(owner.PostAsync("/activities/import", form), 200);

        Assert.That(known[0].GetProperty("id").GetString(), Is.EqualTo(id));
    }

    [Test]
    public async Task Without_the_store_what_needs_points_is_503_and_all_else_goes_on()
    {
        await using var world = await OpenAsync();
        var owner = world.Athlete();
        var id = await RecordedAsync(owner);
        var (before, other) = (await ReadAsync(owner, id), await RecordedAsync(owner));
        await world.CommandAsync("--archive");
        await world.CommandAsync("--restore", other);
        var away = world.Folder + ".away";
        Directory.Move(world.Folder, away);

        using (var refused = await owner.GetAsync($"/activities/{id}/streams"))
        {
            Assert.That((int)refused.StatusCode, Is.EqualTo(503));
            Assert.That(refused.Headers.RetryAfter, Is.Not.Null);
        }

        await JsonAsync(owner.GetAsync($"/activities/{id}/gpx"), 503);
        await JsonAsync(owner.PatchAsJsonAsync($"/activities/{id}", new { type = "RIDE" }), 503);
        await ReadAsync(owner, other);
        var list = await JsonAsync(owner.GetAsync("/activities?mode=USER"), 200);
        Assert.That(list.GetArrayLength(), Is.EqualTo(2));
        Assert.That(list[0].GetProperty("distanceMeters").GetDouble(), Is.GreaterThan(0));

        Directory.Move(away, world.Folder);
        Assert.That(await ReadAsync(owner, id), Is.EqualTo(before));
    }

    [Test]
    public async Task Damaged_points_are_never_shown()
    {
        await using var world = await OpenAsync();
        var owner = world.Athlete();
        var id = await RecordedAsync(owner);
        await world.CommandAsync("--archive");
        var file = Directory.GetFiles(Path.Combine(world.Folder, "warm"), "*", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^3] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        await JsonAsync(owner.GetAsync($"/activities/{id}"), 503);
        await File.WriteAllBytesAsync(file, bytes[..^3]);
        await JsonAsync(owner.GetAsync($"/activities/{id}"), 503);
        Assert.ThrowsAsync<InvalidDataException>(() => world.CommandAsync("--restore", id));
    }

    [Test]
    public async Task After_a_year_objects_move_to_the_cold_prefix_and_the_warm_ones_are_swept()
    {
        await using var world = await OpenAsync();
        var owner = world.Athlete();
        var id = await RecordedAsync(owner);
        var before = await ReadAsync(owner, id);
        await world.CommandAsync("--archive");
        await world.ScalarAsync<Guid>(
            "UPDATE activity SET completed_at = completed_at - interval '400 days' WHERE id = $1 RETURNING id", Guid.Parse(id));

        await world.CommandAsync("--archive");
        Assert.That(await world.RowsAsync(id), Does.Contain("\"ref\": \"cold/").And.Not.Contain("warm/"));
        Assert.That(world.Objects, Is.EqualTo(2));
        Assert.That(await world.CommandAsync("--sweep"), Does.StartWith("removed 0 "), "younger than 30 days");
        Assert.That(await world.CommandAsync("--sweep", "--older-than", "0"), Does.StartWith("removed 1 "));

        Assert.That(world.Objects, Is.EqualTo(1));
        using var whole = await owner.GetAsync($"/activities/{id}/gpx");
        Assert.That(before, Does.EndWith(await whole.Content.ReadAsStringAsync()));
    }

    [Test]
    public async Task The_worker_archives_what_is_due_and_leaves_what_was_restored()
    {
        await using var world = await OpenAsync(TimeSpan.FromSeconds(1));
        var owner = world.Athlete();
        var id = await RecordedAsync(owner);
        await Eventually.HoldsAsync(
            async () => await world.ArchivedEventsAsync() == 3, TimeSpan.FromSeconds(30), "the worker has archived it");

        await world.CommandAsync("--restore", "all");
        var later = await RecordedAsync(owner);
        await Eventually.HoldsAsync(
            async () => (await world.RowsAsync(later)).Contains("Archived", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30),
            "the worker has come by again");
        Assert.That(await world.RowsAsync(id), Does.Not.Contain("Archived"));
    }

    [Test]
    public async Task Rows_that_hold_other_bytes_than_were_archived_do_not_change()
    {
        await using var world = await OpenAsync();
        var id = await RecordedAsync(world.Athlete());
        var rows = await world.RowsAsync(id);
        const string Sql =
            """
            WITH b AS (SELECT archive_begin($1, $2, 1::smallint)), n AS (SELECT count(*) FROM b)
            SELECT archive_events($2, ARRAY[$3], ARRAY[sha256('other'::bytea)], 1)::text FROM n
            """;
        var refused = Assert.ThrowsAsync<PostgresException>(() => world.ScalarAsync<string>(Sql, Guid.Parse(id), "warm/t", 3L));

        Assert.That(refused.SqlState, Does.StartWith("ST00"));
        Assert.That(await world.RowsAsync(id), Is.EqualTo(rows));
    }
}
