using Strava.Testing;

namespace Strava.Core.Tests.Roles;

internal sealed partial class DatabaseRoleTests
{
    [Test]
    public async Task A_virtual_shard_moves_by_the_maintenance_role_alone()
    {
        await using var home = await MigratedAsync("activity", "Strava.Activities");
        await using var other = await MigratedAsync("activity", "Strava.Activities");
        await using var maintenance = new Role(home.Superuser, home.As("activity_maintenance"));
        await ServiceProcess.MigrateAsync("Strava.Activities", Settings(home.As("activity_owner"), other.As("activity_owner")));
        var athlete = await home.ScalarAsync<Guid>(
            "SELECT id FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, 1000)) AS i WHERE virtual_shard_of(id) % 2 = 0 LIMIT 1");
        var shard = await home.ScalarAsync<int>($"SELECT virtual_shard_of('{athlete}')");
        var stream = Guid.CreateVersion7();
        await home.ExecuteAsync(
            $$"""
            INSERT INTO activity (id, athlete_id, version, sport, name, visibility, state, created_at)
            VALUES ('{{stream}}', '{{athlete}}', 1, 1, '', 0, 1, now());
            INSERT INTO mt_streams (id, type, version) VALUES ('{{stream}}', 'activity', 1);
            INSERT INTO mt_events (seq_id, id, stream_id, version, data, type)
            VALUES (nextval('mt_events_sequence'), gen_random_uuid(), '{{stream}}', 1, '{}', 'canary');
            INSERT INTO mt_event_progression (name, last_seq_id) VALUES ('relay:All', 1);
            INSERT INTO friendship_copy VALUES ('{{athlete}}', '{{stream}}', 1, true)
            """);

        using (Assert.EnterMultipleScope())
        {
            foreach (var change in new[]
            {
                "UPDATE shard_map SET database = 'b'", "DELETE FROM shard_move", "UPDATE virtual_shard SET state = 'here'",
                "INSERT INTO moved_range VALUES (1, 2)", "UPDATE activity_home SET athlete_id = activity_id",
                $"SELECT remove_shard({shard})", "SELECT found_shards('{1}')",
            })
            {
                Assert.That(await home.FaultAsync(change), Is.EqualTo(Denied), change);
            }

            Assert.That(await maintenance.FaultAsync($"SELECT remove_shard({shard})"), Is.EqualTo("ST004"), "it is here");
            Assert.That(await maintenance.FaultAsync("SELECT found_shards('{1}')"), Is.EqualTo(Denied));
            Assert.That(await maintenance.FaultAsync("DELETE FROM activity"), Is.EqualTo(Denied));
        }

        var settings = Settings(home.ConnectionString, other.ConnectionString);
        settings["ConnectionStrings__Maintenance"] = home.As("activity_maintenance");
        settings["Shards__Maintenance__b"] = other.As("activity_maintenance");
        await using var mover = await ServiceProcess.LaunchAsync(
            "Strava.Activities", settings, "--move-shard", $"{shard}", "--to", "b", "--keep", "0");

        Assert.That(await mover.EndAsync(TimeSpan.FromSeconds(60)), Is.Zero, mover.LogTail());
        Assert.That(await home.ScalarAsync<long>("SELECT count(*) FROM mt_events"), Is.Zero);
        Assert.That(await other.ScalarAsync<long>($"SELECT count(*) FROM mt_events WHERE stream_id = '{stream}'"), Is.EqualTo(1));
        Assert.That(await other.FaultAsync($"UPDATE mt_streams SET version = 2 WHERE id = '{stream}'"), Is.Null, "it is open there");
    }

    private static Dictionary<string, string> Settings(string home, string other) => new()
    {
        ["ConnectionStrings__Postgres"] = home,
        ["Shards__Databases__b"] = other,
        ["ConnectionStrings__RabbitMq"] = "amqp://nobody:nothing@localhost:1/",
        ["Authentication__Authority"] = "http://localhost:1",
        ["Authentication__Audience"] = "strava",
    };
}
