using Strava.Activities.Sharding;

namespace Strava.Activities.Tests.Sharding;

[Category("Integration")]
public sealed class VirtualShardTests
{
    /// <summary>What stays behind when a virtual shard moves, and why.</summary>
    private static readonly string[] NotCarried =
    [
        // The database's own bookkeeping.
        "schema_migration", "lease", "fence", "mt_event_progression", "mt_high_water_skips",
        "shard_map", "shard_move", "virtual_shard", "moved_range", "rebuild", "rebuild_table",
        // Activity's outbox is its event log; a trace is forgotten when its event is published, which a move waits for.
        "outbox", "event_trace",
    ];

    [Test]
    public async Task The_number_is_the_same_in_SQL_and_here_and_spreads_evenly()
    {
        await using var world = await ShardWorld.OpenAsync(2);
        var ids = Enumerable.Range(0, 20_000).Select(_ => Guid.CreateVersion7()).Append(Guid.Empty).ToArray();

        var theirs = await world.ScalarAsync<int[]>(
            Shard.Home, "SELECT array_agg(virtual_shard_of(id) ORDER BY n) FROM unnest($1) WITH ORDINALITY AS i (id, n)", ids);

        Assert.That(ids.Select(VirtualShard.Of), Is.EqualTo(theirs));
        Assert.That(VirtualShard.Of(Guid.Empty), Is.EqualTo(0x374), "SHA-256 of 16 zero bytes begins with 374708ff");
        Assert.That(theirs.Distinct().Count(), Is.GreaterThan(3_900));
        Assert.That(theirs.All(v => v is >= 0 and < VirtualShard.Count));
    }

    [Test]
    public async Task Every_table_is_carried_by_a_move_or_said_to_stay()
    {
        await using var world = await ShardWorld.OpenAsync(2);

        var tables = await world.ScalarAsync<string[]>(
            Shard.Home,
            """
            SELECT array_agg(relname::text) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
            """);
        var carried = await world.ScalarAsync<string[]>(Shard.Home, "SELECT array_agg(name) FROM shard_tables()");

        Assert.That(
            carried.Concat(NotCarried),
            Is.EquivalentTo(tables),
            "Whose rows are they? An athlete's: shard_tables() in a new migration. Nobody's: the list of this test.");
    }

    [Test]
    public async Task A_database_that_is_added_later_takes_nothing_by_itself()
    {
        await using var world = await ShardWorld.OpenAsync(2);
        var names = world.Names.Append("later").ToArray();

        await ShardFounding.RunAsync(
            [.. names.Select(name => (name, world.Shards.Named(name == "later" ? "b" : name).Database))], CancellationToken.None);

        Assert.That(await world.ScalarAsync<long>(Shard.Home, "SELECT count(*) FROM shard_map WHERE database = 'later'"), Is.Zero);
        Assert.That(await world.ScalarAsync<long>(Shard.Home, "SELECT count(*) FROM shard_map WHERE database = 'b'"), Is.EqualTo(2_048));
    }
}
