using System.Diagnostics;
using System.Net.Http.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Strava.Core.Rebuild;
using Strava.EventStore;
using Strava.Testing;
using static Strava.Activities.Tests.ActivityFixture;

namespace Strava.Activities.Tests;

/// <summary>The rows beside the streams, worked out again from them while athletes go on.</summary>
[Category("Integration")]
[Parallelizable]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RebuildTests
{
    private ServiceHost<Program> _host = null!;
    private NpgsqlDataSource _database = null!;

    private Rebuilds Rebuilds => _host.Services.GetRequiredService<Rebuilds>();

    [SetUp]
    public async Task Start()
    {
        var broker = await (await TestServers.RabbitMqAsync()).CreateVirtualHostAsync("rebuild");
        _host = await ServiceHost<Program>.StartAsync("rebuild", broker, typeof(EventSession).Assembly);
        _database = _host.Services.GetRequiredService<NpgsqlDataSource>();
    }

    [TearDown]
    public async Task Stop() => await _host.DisposeAsync();

    [Test]
    public async Task Rebuilt_while_athletes_go_on_the_rows_are_what_they_were()
    {
        await FilledAsync(1_200);
        // Its fences are triggers of the tables: they are there after the swap as before.
        await ExecuteAsync("SELECT found_shards(ARRAY(SELECT generate_series(0, 4095)))");
        var (tables, shape) = (await _database.TablesAsync(), await _database.ShapeAsync());
        using var enough = new CancellationTokenSource();
        var traffic = Enumerable.Range(0, 3).Select(_ => GoOnAsync(() => enough.IsCancellationRequested)).ToArray();

        for (var time = 0; time < 3; time++)
        {
            var end = await RebuiltAsync(refuseDifferences: true);
            Assert.That((end.State, end.Differences), Is.EqualTo(("done", 0L)), $"{end.Reason} {end.Examples}");
            Assert.That(end.Told, Is.GreaterThan(1_200));
        }

        await enough.CancelAsync();
        var longest = (await Task.WhenAll(traffic)).Max();
        await TestContext.Out.WriteLineAsync($"the longest request took {longest.TotalMilliseconds:0} ms");
        Assert.That(await _database.TablesAsync(), Is.Not.EqualTo(tables));
        Assert.That(await _database.ShapeAsync(), Is.EqualTo(shape));
        Assert.That(await _database.LeftoversAsync(), Is.Zero);
        Assert.That(await _database.ScalarAsync<long>(
            "SELECT count(*) FROM mt_streams s LEFT JOIN activity a USING (id) WHERE s.version IS DISTINCT FROM a.version"), Is.Zero);
    }

    [Test]
    public async Task What_is_wrong_is_named_and_right_afterwards()
    {
        var athlete = _host.ClientOf(Guid.CreateVersion7());
        var (spoilt, lost) = (await SavedAsync(athlete), await SavedAsync(athlete));
        var open = await OpenAsync(athlete);
        // The relay repairs what is behind its stream when it comes by.
        await Eventually.HoldsAsync(async () => await _database.ScalarAsync<bool>(
            "SELECT (SELECT max(seq_id) FROM mt_events) = (SELECT last_seq_id FROM mt_event_progression WHERE name = 'relay:All')"));
        await ExecuteAsync($"UPDATE activity SET distance_mm = 1 WHERE id = '{spoilt}'");
        await ExecuteAsync($"DELETE FROM activity WHERE id = '{lost}'");
        await ExecuteAsync($"UPDATE activity_progress SET state_log = '[]' WHERE activity_id = '{open}'");

        var refused = await RebuiltAsync(refuseDifferences: true);
        Assert.That((refused.State, refused.Differences), Is.EqualTo(("failed", 3L)), refused.Examples);
        Assert.That(refused.Examples, Does.Contain(spoilt).And.Contain(lost).And.Contain(open));
        Assert.That(await _database.ScalarAsync<long>("SELECT count(*) FROM activity"), Is.EqualTo(2), "live is as it was");
        Assert.That(await _database.LeftoversAsync(), Is.Zero);

        Assert.That((await RebuiltAsync(refuseDifferences: false)).State, Is.EqualTo("done"));
        var healed = await RebuiltAsync(refuseDifferences: true);
        Assert.That((healed.State, healed.Differences), Is.EqualTo(("done", 0L)), healed.Examples);
        Assert.That((await JsonAsync(athlete.GetAsync("/activities"), 200)).GetArrayLength(), Is.EqualTo(2));
    }

    [Test]
    public async Task An_open_recording_goes_on_over_the_swap()
    {
        var athlete = _host.ClientOf(Guid.CreateVersion7());
        var (id, twin) = (await OpenAsync(athlete), await OpenAsync(athlete));
        Assert.That((await RebuiltAsync(refuseDifferences: true)).State, Is.EqualTo("done"));

        await JsonAsync(SendAsync(athlete, id, 0, 0, 5, 10), 200);
        await JsonAsync(SendAsync(athlete, id, 0, 0, 5, 15), 409);
        foreach (var one in new[] { id, twin })
        {
            await JsonAsync(SendAsync(athlete, one, 2, 30, 35, 40), 200);
        }

        var saved = await JsonAsync(ChangeAsync(athlete, id, "COMPLETE", 60), 200);
        Assert.That(saved.GetProperty("pointCount").GetInt32(), Is.EqualTo(9));
        Assert.That((await RebuiltAsync(refuseDifferences: true)).State, Is.EqualTo("done"));
    }

    [Test]
    public async Task Cancelled_it_leaves_live_untouched_and_nothing_behind()
    {
        await FilledAsync(700);
        await SlowAsync();
        var tables = await _database.TablesAsync();
        var id = Guid.CreateVersion7();
        Assert.That(await Rebuilds.TryBeginAsync(id, false, default));
        Assert.That(await Rebuilds.TryBeginAsync(Guid.NewGuid(), false, default), Is.False, "one at a time");
        await Eventually.HoldsAsync(async () => (await Rebuilds.FindAsync(id, default))!.Told > 0);
        Assert.That(await Rebuilds.EndAsync(id, "cancelled", null, default));

        Assert.That(await _database.LeftoversAsync(), Is.Zero);
        Assert.That(await _database.TablesAsync(), Is.EqualTo(tables));
        Assert.That((await RebuiltAsync(refuseDifferences: true)).State, Is.EqualTo("done"));
    }

    [Test]
    public async Task Athletes_who_move_meanwhile_fail_it()
    {
        await FilledAsync(500);
        await ExecuteAsync("SELECT found_shards(ARRAY(SELECT generate_series(0, 4095)))");
        await SlowAsync();
        var id = Guid.CreateVersion7();
        Assert.That(await Rebuilds.TryBeginAsync(id, false, default));
        await Eventually.HoldsAsync(async () => (await Rebuilds.FindAsync(id, default))!.Told > 0);
        await ExecuteAsync("DELETE FROM virtual_shard WHERE id = 7");

        var end = await Eventually.GivesAsync(async () => (await Rebuilds.FindAsync(id, default))!, rebuild => rebuild.IsOver);
        Assert.That((end.State, end.Reason), Is.EqualTo(("failed", "athletes have moved to or from this database; live is as it was.")));
        Assert.That(await _database.LeftoversAsync(), Is.Zero);
    }

    [Test]
    public async Task Killed_in_the_middle_it_goes_on_where_it_was()
    {
        await FilledAsync(900);
        var connection = _host.Services.GetRequiredService<IConfiguration>().GetConnectionString("Postgres")!;
        var broker = _host.Services.GetRequiredService<IConfiguration>().GetConnectionString("RabbitMq")!;
        await _host.DisposeAsync();
        await using var database = NpgsqlDataSource.Create(connection);
        var rebuilds = new Rebuilds(database);
        await using var service = await ServiceProcess.StartAsync("Strava.Activities", new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = connection,
            ["ConnectionStrings__RabbitMq"] = broker,
            ["Authentication__Authority"] = "http://localhost:1",
            ["Authentication__Audience"] = "strava",
        });
        (_database, var id) = (database, Guid.CreateVersion7());
        await SlowAsync();
        Assert.That(await rebuilds.TryBeginAsync(id, true, default));
        await Eventually.HoldsAsync(async () => (await rebuilds.FindAsync(id, default))!.Told > 200);
        await service.KillAsync();
        var before = (await rebuilds.FindAsync(id, default))!;
        Assert.That((before.State, before.Told), Is.EqualTo(("filling", 400L)).Or.EqualTo(("filling", 600L)));
        await service.StartAsync();

        var end = await Eventually.GivesAsync(
            async () => (await rebuilds.FindAsync(id, default))!, rebuild => rebuild.IsOver, TimeSpan.FromSeconds(60));
        Assert.That((end.State, end.Told, end.Differences), Is.EqualTo(("done", 901L, 0L)), end.Examples);
    }

    private async Task<RebuildProgress> RebuiltAsync(bool refuseDifferences)
    {
        var id = Guid.CreateVersion7();
        Assert.That(await Rebuilds.TryBeginAsync(id, refuseDifferences, default));
        return await Eventually.GivesAsync(
            async () => (await Rebuilds.FindAsync(id, default))!, rebuild => rebuild.IsOver, TimeSpan.FromSeconds(90));
    }

    /// <summary>Each batch takes a while.</summary>
    private Task SlowAsync() => ExecuteAsync(
        """
        CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.4); RETURN NEW; END';
        CREATE TRIGGER slow BEFORE UPDATE ON rebuild FOR EACH ROW WHEN (NEW.after <> OLD.after) EXECUTE FUNCTION slow()
        """);

    /// <summary>One saved activity and so many like it.</summary>
    private async Task FilledAsync(int count)
    {
        var first = await SavedAsync(_host.ClientOf(Guid.CreateVersion7()));
        await ExecuteAsync(
            $"""
            CREATE TABLE twin AS SELECT gen_random_uuid() AS id FROM generate_series(1, {count});
            INSERT INTO mt_streams (id, type, version) SELECT t.id, s.type, s.version FROM twin t, mt_streams s WHERE s.id = '{first}';
            INSERT INTO mt_events (seq_id, id, stream_id, version, data, type, mt_dotnet_type)
            SELECT nextval('mt_events_sequence'), gen_random_uuid(), t.id, e.version, e.data, e.type, e.mt_dotnet_type
            FROM twin t, mt_events e WHERE e.stream_id = '{first}' ORDER BY t.id, e.version
            """);
        await Eventually.HoldsAsync(
            async () => await _database.ScalarAsync<long>("SELECT count(*) FROM activity") == count + 1, TimeSpan.FromSeconds(60));
    }

    private static async Task<string> SavedAsync(HttpClient athlete)
    {
        var id = Guid.CreateVersion7();
        await JsonAsync(athlete.PutAsJsonAsync($"/activities/{id}/recording", Recording(seconds: 60)), 201);
        return $"{id}";
    }

    private static async Task<string> OpenAsync(HttpClient athlete)
    {
        var id = await StartedAsync(athlete);
        await JsonAsync(SendAsync(athlete, id, 0, 0, 5, 10), 200);
        await JsonAsync(SendAsync(athlete, id, 1, 15, 20, 25), 200);
        return id;
    }

    /// <summary>Whatever moves a row: recordings whole and live, edits, imports, deletions.</summary>
    /// <returns>The longest that one request took.</returns>
    private async Task<TimeSpan> GoOnAsync(Func<bool> isEnough)
    {
        var athlete = _host.ClientOf(Guid.CreateVersion7());
        var (longest, saved) = (TimeSpan.Zero, new List<string>());
        while (!isEnough())
        {
            var id = Guid.CreateVersion7();
            await TimedAsync(athlete.PutAsJsonAsync($"/activities/{id}/recording", Recording(seconds: 60)), 201);
            saved.Add($"{id}");
            var open = await StartedAsync(athlete);
            await TimedAsync(SendAsync(athlete, open, 0, 0, 5, 10), 200);
            await TimedAsync(athlete.PatchAsJsonAsync($"/activities/{saved[saved.Count / 2]}", new { name = $"{id}" }), 200);
            await TimedAsync(SendAsync(athlete, open, 1, 15, 20), 200);
            if (saved.Count % 3 == 0)
            {
                await TimedAsync(ChangeAsync(athlete, open, "COMPLETE", 60), 200);
                await TimedAsync(athlete.DeleteAsync($"/activities/{saved[0]}"), 204);
                saved.RemoveAt(0);
            }
        }

        return longest;

        async Task TimedAsync(Task<HttpResponseMessage> request, int status)
        {
            var watch = Stopwatch.StartNew();
            await JsonAsync(request, status);
            longest = watch.Elapsed > longest ? watch.Elapsed : longest;
        }
    }

    private async Task ExecuteAsync(string sql)
    {
#pragma warning disable CA2100 // The tests' own words.
        await using var command = _database.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
