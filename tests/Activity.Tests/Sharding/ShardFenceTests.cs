using System.Net.Http.Json;
using Npgsql;
using Strava.Activities.Sharding;
using Strava.Core.Rebuild;
using Strava.Testing;
using static Strava.Activities.Tests.ActivityFixture;
using static Strava.Activities.Tests.Sharding.ShardMoveTests;

namespace Strava.Activities.Tests.Sharding;

/// <summary>What is refused, and to whom, while a virtual shard is not open.</summary>
[Category("Integration")]
[Parallelizable]
public sealed class ShardFenceTests
{
    [Test]
    public async Task A_node_that_cannot_read_the_map_says_so_instead_of_not_found()
    {
        await using var world = await ShardWorld.OpenAsync(2);
        var ((ownerId, owner), (_, other)) = (world.AthleteIn("b"), world.AthleteIn("b"));
        var (id, others) = (await SavedAsync(owner), await SavedAsync(other));
        await world.ExecuteAsync(Shard.Home, "ALTER TABLE shard_map RENAME TO map_away");
        await world.ExecuteAsync("b", $"DELETE FROM virtual_shard WHERE id = {VirtualShard.Of(ownerId)}");
        await Eventually.HoldsAsync(() => world.Shards.Map.IsOld);

        await JsonAsync(owner.GetAsync($"/activities/{id}"), 503);
        await JsonAsync(other.GetAsync($"/activities/{others}"), 200);
        await world.ExecuteAsync(Shard.Home, "ALTER TABLE map_away RENAME TO shard_map");
        await Eventually.HoldsAsync(() => !world.Shards.Map.IsOld);
        await JsonAsync(owner.GetAsync($"/activities/{id}"), 200);
    }

    [Test]
    public async Task What_is_told_of_an_athlete_waits_until_the_place_is_open()
    {
        await using var world = await ShardWorld.OpenAsync(2);
        var (athleteId, _) = world.AthleteIn("b");
        var shard = VirtualShard.Of(athleteId);
        await world.ExecuteAsync("b", $"UPDATE virtual_shard SET state = 'fenced' WHERE id = {shard}");

        await world.TellNameAsync(athleteId, "Maja");
        // Longer than the quick tries that a faulty message gets.
        await Task.Delay(3_000);
        Assert.That(await world.HasNameAsync(athleteId), Is.False);
        await world.ExecuteAsync("b", $"UPDATE virtual_shard SET state = 'here' WHERE id = {shard}");

        await Eventually.HoldsAsync(() => world.HasNameAsync(athleteId), what: "it has come");
    }

    [Test]
    public async Task Without_a_fence_on_every_table_nothing_moves()
    {
        await using var world = await ShardWorld.OpenAsync(2);
        await world.ExecuteAsync("b", "DROP TRIGGER fence ON activity");

        var (code, said) = await world.CommandAsync("--move-shard", "0", "--to", "b");

        Assert.That(code, Is.EqualTo(1));
        Assert.That(said, Does.Contain("b has no fence on activity: run --migrate"));
        await LeftNothingAsync(world, 0, Shard.Home);
    }

    [TestCase("SET state = 'fenced'")]
    [TestCase("SET state = 'gone'")]
    [TestCase("SET state = 'coming'")]
    [TestCase("SET id = (id + 2048) % 4096")]
    public async Task Whoever_writes_where_it_is_not_open_is_refused_Marten_too(string change)
    {
        await using var world = await ShardWorld.OpenAsync(2);
        var (ownerId, owner) = world.AthleteIn(Shard.Home);
        var id = await SavedAsync(owner);
        var shard = VirtualShard.Of(ownerId);
        await world.ExecuteAsync(Shard.Home, $"DELETE FROM virtual_shard WHERE id = ({shard} + 2048) % 4096");
        await world.ExecuteAsync(Shard.Home, $"UPDATE virtual_shard {change} WHERE id = {shard}");

        foreach (var write in new[]
        {
            $"UPDATE mt_streams SET version = version + 1 WHERE id = '{id}'",
            $"SELECT mt_quick_append_events('{id}', 'a', '*DEFAULT*', ARRAY[gen_random_uuid()], ARRAY['x'], ARRAY['x'], ARRAY['{{}}'::jsonb], ARRAY[NULL]::bytea[], ARRAY[now()])",
            $"INSERT INTO athlete_copy (athlete_id, version, name) VALUES ('{ownerId}', 1, 'x')",
            $"INSERT INTO imported_file VALUES ('{ownerId}', 'x', '{id}')",
            $"INSERT INTO idempotency_key VALUES ('{ownerId}', 'x', 'x', 'x', 200)",
            $"SELECT check_shard({shard})",
            $"INSERT INTO archive_object (ref, activity_id, tier) VALUES ('x', '{id}', 1)",
        })
        {
            var refused = Assert.ThrowsAsync<PostgresException>(() => world.ExecuteAsync(Shard.Home, write), write);
            Assert.That(refused!.SqlState, Is.EqualTo(RequestShards.FencedSqlState), write);
        }

        var answer = await JsonAsync(owner.PatchAsJsonAsync($"/activities/{id}", new { name = "late" }), 503);
        Assert.That(answer.GetProperty("retryable").GetBoolean());
        await JsonAsync(owner.GetAsync($"/activities/{id}"), 200);
    }

    [Test]
    public async Task A_rebuild_and_a_move_keep_out_of_each_others_way()
    {
        await using var world = await ShardWorld.OpenAsync(2);
        var (ownerId, _) = world.AthleteIn(Shard.Home);
        string[] move = ["--move-shard", $"{VirtualShard.Of(ownerId)}", "--to", "b", "--keep", "0"];
        var (rebuild, id) = (new RebuildState(world.Shards.Named("b").Database), Guid.NewGuid());

        await world.ExecuteAsync("b", "INSERT INTO virtual_shard (id, state) VALUES (1, 'coming') ON CONFLICT (id) DO UPDATE SET state = 'coming'");
        var refused = Assert.ThrowsAsync<PostgresException>(() => rebuild.TryBeginAsync(id, false, CancellationToken.None));
        Assert.That(refused!.MessageText, Does.Contain("being moved: rebuild after that"));
        await world.ExecuteAsync("b", "DELETE FROM virtual_shard WHERE id = 1 AND state = 'coming'");

        // Else it is through, with nothing to read, before the move has looked.
        await world.ExecuteAsync("b", """
            CREATE FUNCTION goes_no_further() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TRIGGER held BEFORE UPDATE ON rebuild FOR EACH ROW
                WHEN (NEW.state <> 'cancelled') EXECUTE FUNCTION goes_no_further()
            """);
        Assert.That(await rebuild.TryBeginAsync(id, false, CancellationToken.None), Is.True);
        var (code, said) = await world.CommandAsync(move);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(said, Does.Contain("A rebuild is under way in b"));
        await LeftNothingAsync(world, VirtualShard.Of(ownerId), Shard.Home);

        Assert.That(await rebuild.EndAsync(id, "cancelled", null, CancellationToken.None), Is.True);
        (code, said) = await world.CommandAsync(move);
        Assert.That(code, Is.Zero, said);
    }
}
