using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Contracts.Sports;
using Strava.Core.Applying;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>Rolling windows by a clock that the test sets; CalendarTests has them in random lives too.</summary>
[Category("Integration")]
[Parallelizable]
public class RollingTests
{
    private static readonly DateTimeOffset Start =
        new DateTimeOffset(TimeProvider.System.GetUtcNow().Date, TimeSpan.Zero).AddHours(-7);

    [Test]
    public async Task An_entry_falls_out_of_each_window_in_time()
    {
        await using var world = await World.CreateAsync();
        await world.SetRolledAsync(Start);
        await world.HandleAsync(Started(Guid.NewGuid(), Start, 10));
        await world.ApplyAllAsync();
        Assert.That(await WindowsAsync(world), Is.EqualTo("24h 30d 7d"));

        (TimeSpan After, string Left)[] moments =
        [
            (TimeSpan.FromHours(24) - TimeSpan.FromMilliseconds(1), "24h 30d 7d"),
            (TimeSpan.FromHours(24), "30d 7d"),
            (TimeSpan.FromDays(7) - TimeSpan.FromMilliseconds(1), "30d 7d"),
            (TimeSpan.FromDays(7), "30d"),
            (TimeSpan.FromDays(30) - TimeSpan.FromMilliseconds(1), "30d"),
            (TimeSpan.FromDays(30), ""),
        ];
        foreach (var (after, left) in moments)
        {
            await RollAsync(world, Start + after);
            Assert.That(await WindowsAsync(world), Is.EqualTo(left), $"{after} after the start");
        }

        Assert.That(await world.CountAsync("board_dirty"), Is.Zero);
    }

    [Test]
    public async Task What_comes_late_enters_only_the_windows_that_still_hold_it()
    {
        await using var world = await World.CreateAsync();
        await world.SetRolledAsync(Start);
        (double DaysAgo, string In)[] late = [(0.9, "24h 30d 7d"), (1, "30d 7d"), (6.9, "30d 7d"), (7, "30d"), (29.9, "30d"), (30, "")];
        foreach (var (daysAgo, windows) in late)
        {
            var activity = Started(Guid.NewGuid(), Start.AddDays(-daysAgo), 10);
            await world.HandleAsync(activity);
            await world.ApplyAllAsync();
            Assert.That(await WindowsAsync(world), Is.EqualTo(windows), $"{daysAgo} days late");
            await world.HandleAsync(Messages.Deleted(activity));
            await world.ApplyAllAsync();
            Assert.That(await WindowsAsync(world), Is.Empty, $"{daysAgo} days late, deleted");
        }
    }

    [Test]
    public async Task What_a_fast_clock_has_started_in_the_future_comes_in_when_that_is_now()
    {
        await using var world = await World.CreateAsync();
        await world.SetRolledAsync(Start);
        await world.HandleAsync(Started(Guid.NewGuid(), Start.AddMinutes(4), 10));
        await world.ApplyAllAsync();
        Assert.That(await WindowsAsync(world), Is.Empty);
        await RollAsync(world, Start.AddMinutes(4));
        Assert.That(await WindowsAsync(world), Is.EqualTo("24h 30d 7d"));
    }

    [Test]
    public async Task Deletions_edits_and_visibility_go_back_exactly()
    {
        await using var world = await World.CreateAsync();
        await world.SetRolledAsync(Start);
        var athlete = Guid.NewGuid();
        var (first, second) = (Started(athlete, Start.AddHours(-2), 10), Started(athlete, Start.AddDays(-3), 5));
        List<object> history = [Messages.Profile(athlete, "SI"), first, second];
        object[] corrections =
        [
            first with { Version = 2, DistanceMillimeters = 7_000 },
            second with { Version = 2, Visibility = Visibility.OnlyMe },
            second with { Version = 3, Sport = Sport.Ride },
            first with { Version = 3, StartedAt = Start.AddDays(-8), LocalDate = DateOnly.FromDateTime(Start.AddDays(-8).Date) },
            Messages.Deleted(first, version: 4),
            Messages.Deleted(second, version: 4),
        ];
        await Task.WhenAll(history.Select(world.HandleAsync));
        await world.ApplyAllAsync();
        await ComparedAsync(world, history, Start);
        foreach (var (correction, hours) in corrections.Select((correction, index) => (correction, index)))
        {
            history.Add(correction);
            await world.HandleAsync(correction);
            await RollAsync(world, Start.AddHours(hours));
            await ComparedAsync(world, history, Start.AddHours(hours));
        }

        Assert.That(await world.KeysAsync("leaderboard:{*}"), Is.Empty, "down to the empty set");
    }

    [Test]
    public async Task A_second_costs_what_has_moved_in_it_and_not_the_members()
    {
        await using var world = await World.CreateAsync();
        await world.SetRolledAsync(Start);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(minute =>
            world.HandleAsync(Started(Guid.NewGuid(), Start.AddMinutes(-minute), 10))));
        await world.ApplyAllAsync();
        await world.Rolling.RollAsync(await world.ClaimAsync(), Start.AddHours(21), default);
        Assert.That(await world.CountAsync("board_dirty"), Is.EqualTo(20), "started 180 to 199 minutes before, out of one window each");
    }

    [Test]
    public async Task Nobody_rolls_in_a_term_that_is_over()
    {
        await using var world = await World.CreateAsync();
        var over = await world.ClaimAsync();
        await world.ClaimAsync();
        Assert.That(
            async () => await world.Rolling.RollAsync(over, Start.AddYears(1), default), Throws.TypeOf<TermOverException>());
    }

    [Test]
    public async Task Windows_that_rolled_while_a_batch_was_under_way_are_set_by_the_next()
    {
        await using var world = await World.CreateAsync();
        await world.SetRolledAsync(Start);
        await world.HandleAsync(Started(Guid.NewGuid(), Start.AddHours(-23), 10));
        var term = await world.ClaimAsync();
        var batch = await world.Batches.PlanAsync(term, default);
        await world.Rolling.RollAsync(term, Start.AddHours(2), default);
        await world.Batches.WriteAsync(batch, default);
        await world.Marks.RemoveAsync(batch.Marks, default);
        Assert.That(await WindowsAsync(world), Is.EqualTo("24h 30d 7d"), "as of when it was planned");
        await world.ApplyAllAsync();
        Assert.That(await WindowsAsync(world), Is.EqualTo("30d 7d"));
    }

    private static async Task RollAsync(World world, DateTimeOffset now)
    {
        await world.Rolling.RollAsync(await world.ClaimAsync(), now, default);
        await world.ApplyAllAsync();
    }

    private static async Task ComparedAsync(World world, List<object> history, DateTimeOffset rolled)
    {
        var expected = BruteForce.Boards(history, TimeProvider.System.GetUtcNow(), rolled);
        Assert.That(await world.BoardsAsync(), Is.EquivalentTo(expected));
    }

    /// <summary>The rolling windows of the world that hold anybody, in the order of the alphabet.</summary>
    private static async Task<string> WindowsAsync(World world) => string.Join(
        ' ',
        (await world.BoardsAsync()).Select(entry => entry.Board.TrimEnd('}').Split(':')[^1])
            .Where(window => window is "24h" or "7d" or "30d").Distinct().Order());

    private static ActivitySummary Started(Guid athlete, DateTimeOffset at, long meters) =>
        Messages.Activity(athlete, meters, day: DateOnly.FromDateTime(at.UtcDateTime)) with { StartedAt = at };
}
