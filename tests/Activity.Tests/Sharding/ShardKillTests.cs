using System.Net.Http.Json;
using Strava.Activities.Sharding;
using Strava.Testing;
using static Strava.Activities.Tests.ActivityFixture;

namespace Strava.Activities.Tests.Sharding;

/// <summary>
/// The mover is a process of its own; killed at any step, its work is completed or undone by the next one.
/// </summary>
[Category("Integration")]
[Parallelizable]
public sealed class ShardKillTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [TestCase("copying", "b")]
    [TestCase("copying", Shard.Home)]
    [TestCase("switched", "b")]
    [TestCase("opened", "b")]
    public async Task Killed_twice_at_a_step_it_is_completed_or_undone(string step, string then)
    {
        await using var world = await ShardWorld.OpenAsync(2);
        var (ownerId, owner) = world.AthleteIn(Shard.Home);
        var shard = VirtualShard.Of(ownerId);
        var ids = await ActivitiesAsync(owner);
        var before = await ReadAsync(owner, ids);
        await SlowAsync(world);

        for (var kill = 0; kill < 2; kill++)
        {
            await using var mover = await world.LaunchAsync("--move-shard", $"{shard}", "--to", "b", "--keep", "20");
            await Eventually.HoldsAsync(async () => await IsAtAsync(world, shard, step) || !mover.IsRunning, Patience, $"it is {step}");
            Assert.That(mover.IsRunning, mover.LogTail());
            await mover.KillAsync();
            Assert.That(await ReadAsync(owner, ids), Is.EqualTo(before), $"after kill {kill + 1}");
        }

        var (code, said) = await world.CommandAsync("--move-shard", $"{shard}", "--to", then, "--keep", "0");

        Assert.That(code, Is.Zero, said);
        await ShardMoveTests.LeftNothingAsync(world, shard, then);
        await world.Shards.Map.RefreshAsync(CancellationToken.None);
        Assert.That(world.Shards.Of(ownerId).Name, Is.EqualTo(then));
        Assert.That(await ReadAsync(owner, ids), Is.EqualTo(before));
        await JsonAsync(owner.PatchAsJsonAsync($"/activities/{ids[0]}", new { name = "goes on" }), 200);
        await Eventually.HoldsAsync(
            async () => (await world.ToldAsync()).Any(one => one.ActivityId == ids[0] && one.Type == "ActivityRevised"), what: "it is told");
        Assert.That(await world.ToldAsync(), Is.Unique);
    }

    [Test]
    public async Task Interrupted_it_undoes_what_it_did_and_says_so()
    {
        await using var world = await ShardWorld.OpenAsync(2);
        var (ownerId, owner) = world.AthleteIn(Shard.Home);
        var shard = VirtualShard.Of(ownerId);
        var ids = await ActivitiesAsync(owner);
        await SlowAsync(world);

        await using var mover = await world.LaunchAsync("--move-shard", $"{shard}", "--to", "b");
        await Eventually.HoldsAsync(async () => await IsAtAsync(world, shard, "copying") || !mover.IsRunning, Patience, "it is copying");
        await mover.StopAsync();

        Assert.That(mover.LogTail(), Does.Contain($"undone: virtual shard {shard} is in home, open").And.Contain("interrupted"));
        await ShardMoveTests.LeftNothingAsync(world, shard, Shard.Home);
        await JsonAsync(owner.PatchAsJsonAsync($"/activities/{ids[0]}", new { name = "goes on" }), 200);
    }

    [Test]
    public async Task A_session_that_is_ended_in_the_middle_of_the_copy_undoes_the_move()
    {
        await using var world = await ShardWorld.OpenAsync(2);
        var (ownerId, owner) = world.AthleteIn(Shard.Home);
        var shard = VirtualShard.Of(ownerId);
        var ids = await ActivitiesAsync(owner);
        await SlowAsync(world);

        await using var mover = await world.LaunchAsync("--move-shard", $"{shard}", "--to", "b");
        await Eventually.HoldsAsync(
            async () => await world.ScalarAsync<long>("b", $"SELECT count(pg_terminate_backend(pid)) {Copying}") > 0 || !mover.IsRunning,
            Patience,
            "it is copying");
        Assert.That(await mover.EndAsync(Patience), Is.Not.Zero, mover.LogTail());

        await ShardMoveTests.LeftNothingAsync(world, shard, Shard.Home);
        await JsonAsync(owner.PatchAsJsonAsync($"/activities/{ids[0]}", new { name = "goes on" }), 200);
        var (code, said) = await world.CommandAsync("--move-shard", $"{shard}", "--to", "b", "--keep", "0");
        Assert.That(code, Is.Zero, said);
        await ShardMoveTests.LeftNothingAsync(world, shard, "b");
    }

    private const string Copying =
        "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY idempotency_key %' AND state = 'active'";

    /// <summary>One of the last tables takes two seconds: the events lie there by then, uncommitted.</summary>
    private static Task<int> SlowAsync(ShardWorld world) => world.ExecuteAsync(
        "b",
        """
        CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(2); RETURN NULL; END $$;
        CREATE TRIGGER slow BEFORE INSERT ON idempotency_key FOR EACH STATEMENT EXECUTE FUNCTION slow();
        """);

    private static async Task<bool> IsAtAsync(ShardWorld world, int shard, string step) => step switch
    {
        "copying" => await world.ScalarAsync<long>("b", $"SELECT count(*) {Copying}") > 0,
        "switched" => await world.ScalarAsync<string>(Shard.Home, "SELECT database FROM shard_map WHERE virtual_shard = $1", shard) == "b",
        _ => await world.ScalarAsync<long>("b", "SELECT count(*) FROM virtual_shard WHERE id = $1 AND state = 'here'", shard) == 1,
    };

    private static async Task<Guid[]> ActivitiesAsync(HttpClient owner)
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(Guid.CreateVersion7());
            await JsonAsync(owner.PutAsJsonAsync($"/activities/{ids[^1]}/recording", Recording(name: $"run {i}")), 201);
        }

        return [.. ids];
    }

    private static async Task<string> ReadAsync(HttpClient owner, Guid[] ids)
    {
        var answers = await Task.WhenAll(ids.Select(id => owner.GetStringAsync($"/activities/{id}/streams")));
        return string.Join('\n', answers.Append(await owner.GetStringAsync("/activities")));
    }
}
