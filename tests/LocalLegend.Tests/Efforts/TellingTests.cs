using Strava.Contracts;

namespace Strava.LocalLegends.Tests.Efforts;

/// <summary>Who hears of a title, and how often.</summary>
[Category("Integration")]
[Parallelizable]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TellingTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Ann = Guid.NewGuid();
    private static readonly Guid Ben = Guid.NewGuid();

    private LegendWorld _world = null!;
    private int _hill;

    [SetUp]
    public async Task Create()
    {
        _world = await LegendWorld.CreateAsync(Noon);
        _hill = await _world.MakeSegmentAsync();
    }

    [TearDown]
    public ValueTask Dispose() => _world.DisposeAsync();

    [Test]
    public async Task A_title_that_changes_hands_is_told_once_with_winner_and_loser()
    {
        await RunAsync(Ann, laps: 2);
        _world.Clock.Now += TimeSpan.FromDays(1);
        await RunAsync(Ben, laps: 3);
        var told = await _world.ToldAsync();
        Assert.That(
            told.Select(one => (one.WonBy, one.Efforts, one.LostBy, one.LostWithEfforts)),
            Is.EqualTo(new (Guid?, int, Guid?, int)[] { (Ann, 2, null, 0), (Ben, 3, Ann, 2) }));
        Assert.That(told[1].Date, Is.EqualTo(new DateOnly(2026, 6, 2)));
    }

    [Test]
    public async Task A_second_change_of_a_day_is_told_on_the_next_by_the_sweeper()
    {
        await RunAsync(Ann, laps: 1);
        await RunAsync(Ben, laps: 2);
        await _world.Sweeper.SweepAsync(default);
        Assert.That((await _world.ToldAsync()).Select(one => one.WonBy), Is.EqualTo(new[] { Ann }));
        _world.Clock.Now += TimeSpan.FromDays(1);
        await _world.Sweeper.SweepAsync(default);
        await _world.Sweeper.SweepAsync(default);
        Assert.That((await _world.ToldAsync()).Select(one => one.WonBy), Is.EqualTo(new[] { Ann, Ben }));
    }

    [Test]
    public async Task The_turn_of_the_day_alone_hands_a_title_over_and_ends_it()
    {
        await RunAsync(Ann, laps: 5);
        _world.Clock.Now += TimeSpan.FromDays(10);
        await RunAsync(Ben, laps: 1);
        using var late = new Node(_world.Node(TimeSpan.FromSeconds(-30)));
        var days = new List<(int Day, Guid? WonBy, Guid? LostBy, int Left)>();
        for (var day = 11; day < 120; day++)
        {
            // Just after midnight; the other node's clock has not come to it.
            _world.Clock.Now = Noon.Date.AddDays(day).AddSeconds(10);
            late.World.Clock.Now = _world.Clock.Now.AddSeconds(-30);
            var before = (await _world.ToldAsync()).Count;
            await Task.WhenAll(_world.Sweeper.SweepAsync(default), late.World.Sweeper.SweepAsync(default));
            days.AddRange((await _world.ToldAsync()).Skip(before).Select(one => (day, one.WonBy, one.LostBy, one.LostWithEfforts)));
        }

        Assert.That(days, Is.EqualTo(new (int, Guid?, Guid?, int)[] { (90, Ben, Ann, 0), (100, null, Ben, 0) }));
        Assert.That(
            await _world.ScalarAsync<long>(
                "SELECT (SELECT count(*) FROM rolling_local_legend) + (SELECT count(*) FROM legend_histogram)"),
            Is.Zero, "days gone by are dropped");
    }

    [Test]
    public async Task Repeats_tell_nothing_twice()
    {
        var activity = Guid.NewGuid();
        for (var time = 0; time < 3; time++)
        {
            await _world.SayAsync(activity, Ann, 1, [(_hill, _world.Clock.Now.UtcDateTime, 60)]);
            await _world.SettleAsync();
            await _world.Sweeper.SweepAsync(default);
        }

        _world.Clock.Now += TimeSpan.FromDays(1);
        await _world.Sweeper.SweepAsync(default);
        Assert.That(await _world.ToldAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Switched_off_nobody_hears_and_switched_on_the_sweeper_makes_up_for_it()
    {
        _world.Switch.CurrentValue = new() { Enabled = false };
        await RunAsync(Ann, laps: 1);
        _world.Clock.Now += TimeSpan.FromDays(1);
        await _world.Sweeper.SweepAsync(default);
        Assert.That(await _world.ToldAsync(), Is.Empty);
        await _world.AssertRightAsync("the rows are kept");
        _world.Switch.CurrentValue = new();
        await _world.Sweeper.SweepAsync(default);
        Assert.That((await _world.ToldAsync()).Select(one => one.WonBy), Is.EqualTo(new[] { Ann }));
    }

    [TestCase("hidden = true")]
    [TestCase("legends_off = true")]
    public async Task Nobody_hears_of_a_segment_that_is_shut(string shut)
    {
        await _world.Database.CreateCommand($"UPDATE segment SET {shut}").ExecuteNonQueryAsync();
        await RunAsync(Ann, laps: 1);
        _world.Clock.Now += TimeSpan.FromDays(1);
        await _world.Sweeper.SweepAsync(default);
        Assert.That(await _world.ToldAsync(), Is.Empty);
    }

    [Test]
    public async Task Whoever_opts_out_loses_the_title_keeps_the_time_and_comes_back()
    {
        await RunAsync(Ann, laps: 3);
        await RunAsync(Ben, laps: 1);
        Assert.That(await _world.Standings.SetOptOutAsync(Ann, isOptedOut: true, default), Is.True);
        Assert.That(await _world.Standings.SetOptOutAsync(Ann, isOptedOut: true, default), Is.False);
        await _world.SettleAsync();
        await _world.AssertRightAsync();
        Assert.That(await HolderAsync(), Is.EqualTo(Ben));
        Assert.That(
            await _world.ScalarAsync<long>("SELECT count(*) FROM best_effort WHERE athlete_id = $1", Ann), Is.EqualTo(2));

        await RunAsync(Ann, laps: 4);
        await _world.AssertRightAsync("a new one counts no more than the others");
        await _world.Standings.FlagAsync(Ann, "a motor", default);
        await _world.SettleAsync();
        await _world.AssertRightAsync();
        Assert.That(await _world.ScalarAsync<long>("SELECT count(*) FROM best_effort WHERE athlete_id = $1", Ann), Is.Zero);

        await _world.Standings.UnflagAsync(Ann, default);
        await _world.Standings.SetOptOutAsync(Ann, isOptedOut: false, default);
        await _world.SettleAsync();
        await _world.AssertRightAsync();
        Assert.That(await HolderAsync(), Is.EqualTo(Ann));
    }

    private async Task RunAsync(Guid athlete, int laps)
    {
        var start = _world.Clock.Now.UtcDateTime.AddHours(-1);
        await _world.SayAsync(
            Guid.NewGuid(),
            athlete,
            1,
            [.. Enumerable.Range(0, laps).Select(lap => (_hill, start.AddMinutes(lap), 50))],
            Visibility.Everyone);
        await _world.SettleAsync();
    }

    private Task<Guid> HolderAsync() => _world.ScalarAsync<Guid>(
        "SELECT athlete_id FROM rolling_local_legend WHERE segment = $1 AND date = $2",
        _hill,
        DateOnly.FromDateTime(_world.Clock.Now.UtcDateTime));

    private sealed record Node(LegendWorld World) : IDisposable
    {
        public void Dispose() => World.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(5));
    }
}
