using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>
/// A Redis that has lost something heals by itself while the applier runs, and readers are told meanwhile.
/// </summary>
[Category("Integration")]
public class RecoveryTests
{
    private static readonly BoardKey AllTime =
        new(Contracts.Sports.Sport.Run, Place.Global, Window.Find("all")!, Period.Ever);

    [Test]
    public async Task Wiped_it_is_filled_again()
    {
        await using var world = await World.CreateAsync();
        using var applier = world.NewApplier();
        await applier.StartAsync(default);
        var history = await FillAsync(world, athletes: 300);
        await SettledAsync(world, history);

        await world.WipeAsync();
        var page = await world.Redis.ReadAsync(AllTime, new BoardSlice(10), null, default);
        Assert.That(page.IsStale(TimeProvider.System.GetUtcNow()), Is.True, "a reader right after the wipe is told");

        var wiped = TimeProvider.System.GetTimestamp();
        await SettledAsync(world, history);
        var took = TimeProvider.System.GetElapsedTime(wiped);
        TestContext.Out.WriteLine($"healed {took.TotalSeconds:0.0} s after the wipe");
        await applier.StopAsync(default);
    }

    [Test]
    public async Task Entries_of_an_old_file_that_the_ledger_does_not_know_are_gone()
    {
        await using var world = await World.CreateAsync();
        using var applier = world.NewApplier();
        await applier.StartAsync(default);
        var history = await FillAsync(world, athletes: 3);
        await SettledAsync(world, history);

        // What an old file looks like: another generation, and an entry of a time when this athlete had one.
        await world.Eyes.SortedSetAddAsync("leaderboard:{run:DE:all}", BoardMember.Encode(1), 65_537);
        await world.Eyes.HashSetAsync(BoardKey.Watermark, "generation", Guid.NewGuid().ToString());
        await SettledAsync(world, history);
        await applier.StopAsync(default);
    }

    [Test]
    public async Task A_lost_tail_is_written_again_without_a_refill()
    {
        await using var world = await World.CreateAsync();
        using var applier = world.NewApplier();
        await applier.StartAsync(default);
        var history = await FillAsync(world, athletes: 20);
        await SettledAsync(world, history);
        var generation = await GenerationAsync(world);
        await using (var command = world.Database.CreateCommand(
            "UPDATE board_store SET applied_since = now() - interval '5 min'"))
        {
            await command.ExecuteNonQueryAsync();
        }

        await world.DropAsync(AllTime.Scores);
        var redis = await TestServers.RedisAsync();
        await redis.KillAsync();
        await redis.StartAsync();

        await SettledAsync(world, history);
        Assert.That(await GenerationAsync(world), Is.EqualTo(generation));
        await applier.StopAsync(default);
    }

    [Test]
    public async Task A_stopped_applier_hands_over_and_its_successor_goes_on()
    {
        await using var world = await World.CreateAsync();
        using var first = world.NewApplier();
        using var second = world.NewApplier();
        await first.StartAsync(default);
        var history = await FillAsync(world, athletes: 50);
        await second.StartAsync(default);
        await first.StopAsync(default);
        history.AddRange(await FillAsync(world, athletes: 50));
        await SettledAsync(world, history);
        await second.StopAsync(default);
    }

    [Test]
    public async Task A_ledger_from_before_there_were_these_boards_fills_them_once()
    {
        await using var world = await World.CreateAsync();
        var history = await FillAsync(world, athletes: 30);
        using (var applier = world.NewApplier())
        {
            await applier.StartAsync(default);
            await SettledAsync(world, history);
            await applier.StopAsync(default);
        }

        // What an older release leaves: fewer boards, and no marks.
        foreach (var key in await world.KeysAsync("leaderboard:{*"))
        {
            if (key.Contains("city", StringComparison.Ordinal) || key.Contains(":day:", StringComparison.Ordinal))
            {
                await world.DropAsync(key);
            }
        }

        await using var command = world.Database.CreateCommand("UPDATE board_store SET layout = 1");
        await command.ExecuteNonQueryAsync();
        using var newer = world.NewApplier();
        await newer.StartAsync(default);
        await SettledAsync(world, history);
        var generation = await GenerationAsync(world);
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        Assert.That(await GenerationAsync(world), Is.EqualTo(generation), "once");
        await newer.StopAsync(default);
    }

    private static async Task<List<object>> FillAsync(World world, int athletes)
    {
        var history = new List<object>();
        for (var athlete = 0; athlete < athletes; athlete++)
        {
            var id = Guid.NewGuid();
            history.AddRange(
                Messages.Profile(id, athlete % 2 == 0 ? "US" : "SI", city: $"City {athlete % 7}"),
                Messages.Activity(id, 1_000 + athlete),
                Messages.Activity(id, 500, day: Messages.Today.AddDays(-9)));
        }

        await Task.WhenAll(history.Select(world.HandleAsync));
        return history;
    }

    private static async Task SettledAsync(World world, List<object> history)
    {
        var now = TimeProvider.System.GetUtcNow();
        var expected = BruteForce.Boards(history, now, now);
        await Eventually.HoldsAsync(async () =>
        {
            var page = await world.Redis.ReadAsync(AllTime, new BoardSlice(10), null, default);
            return (await world.BoardsAsync()).SetEquals(expected) && !page.IsStale(TimeProvider.System.GetUtcNow());
        });
    }

    private static async Task<string?> GenerationAsync(World world) =>
        await world.Eyes.HashGetAsync(BoardKey.Watermark, "generation");
}
