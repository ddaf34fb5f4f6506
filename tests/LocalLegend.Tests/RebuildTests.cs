using System.Net;
using Strava.Contracts.Tracks;
using Strava.Testing;

namespace Strava.LocalLegends.Tests;

[TestFixture]
internal sealed class RebuildTests : RebuildSpec
{
    protected override string Table => "activity";

    protected override string Count =>
        "SELECT least((SELECT count(*) FROM activity), (SELECT count(*) FROM activity_track))";

    protected override Task<RebuildWorld> StartAsync() => RebuildWorld.StartAsync("locallegend", "Strava.LocalLegends");

    [Test]
    public async Task An_operator_switches_the_legend_of_one_segment_off_and_on()
    {
        var id = Guid.NewGuid();
        await using (var command = World.Database.CreateCommand(
            """
            INSERT INTO segment (id, made_by, sport, name, line, bounds, length_mm, time_zone, state, change, backfill_total)
            VALUES ($1, gen_random_uuid(), 1, 'Hill', $2, box(point(14, 46.01), point(14, 46)), 1112000, 'UTC', 2, 1, 0)
            """))
        {
            command.Parameters.Add(new() { Value = id });
            command.Parameters.Add(new() { Value = PointCodec.Encode([new(null, 46_000_000, 14_000_000), new(null, 46_010_000, 14_000_000)]) });
            await command.ExecuteNonQueryAsync();
        }

        var (path, all) = (new Uri($"/admin/legends-off/{id}", UriKind.Relative), new Uri("/admin/legends-off", UriKind.Relative));
        foreach (var _ in new[] { 1, 2 })
        {
            using var off = await World.Admin.PutAsync(path, content: null);
            Assert.That(off.StatusCode, Is.EqualTo(HttpStatusCode.NoContent), "as often as wanted");
        }

        Assert.That(await World.Admin.GetStringAsync(all), Does.Contain($"{id}").And.Contain("Hill"));
        using var elsewhere = await World.Service.Client.PutAsync(path, content: null);
        using var nothing = await World.Admin.PutAsync(new Uri($"/admin/legends-off/{Guid.NewGuid()}", UriKind.Relative), content: null);
        using var on = await World.Admin.DeleteAsync(path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(elsewhere.StatusCode, Is.EqualTo(HttpStatusCode.NotFound), "not on the public port");
            Assert.That(nothing.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That(on.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
            Assert.That(await World.Admin.GetStringAsync(all), Does.Not.Contain($"{id}"));
        }
    }

    [Test]
    public async Task An_operator_flags_an_athlete_and_takes_it_back()
    {
        var athlete = Guid.NewGuid();
        await FlagAndUnflagAsync(athlete, async () => Assert.That(
            await World.Database.CreateCommand($"SELECT flagged FROM athlete_standing WHERE athlete_id = '{athlete}'").ExecuteScalarAsync(),
            Is.True));
    }

    // One of each table.
    protected override async Task TamperAsync(Guid spoilt, Guid lost)
    {
        await World.Database.CreateCommand($"UPDATE activity_track SET points = '' WHERE activity_id = '{spoilt}'").ExecuteNonQueryAsync();
        await World.Database.CreateCommand($"DELETE FROM activity WHERE activity_id = '{lost}'").ExecuteNonQueryAsync();
    }
}
