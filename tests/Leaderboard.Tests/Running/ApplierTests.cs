using Strava.Contracts;
using Strava.Core.Applying;
using Strava.Leaderboards.Applying;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Tests.Running;

[Category("Integration")]
[Parallelizable]
public class ApplierTests
{
    private static readonly string GlobalWeek =
        $"leaderboard:{{run:global:week:{IsoWeek.Containing(Messages.Today).Text}}}";

    [Test]
    public async Task Two_activities_of_one_athlete_at_once_are_both_counted()
    {
        await using var world = await World.CreateAsync();
        var athlete = Guid.NewGuid();
        await Task.WhenAll(
            Enumerable.Range(1, 20).Select(meters => world.HandleAsync(Messages.Activity(athlete, meters))));
        await world.ApplyAllAsync();
        Assert.That(await ScoreAsync(world, athlete), Is.EqualTo(new BoardScore(210 * 100, 20)));
    }

    [Test]
    public async Task A_zombie_that_read_before_its_successor_writes_nothing()
    {
        await using var world = await World.CreateAsync();
        var athlete = Guid.NewGuid();
        var first = Messages.Activity(athlete, 10);
        await world.HandleAsync(first);

        var zombie = await world.Batches.PlanAsync(await world.ClaimAsync(), default);
        await world.HandleAsync(Messages.Activity(athlete, 5));
        await world.ApplyAllAsync();

        Assert.That(async () => await world.Batches.WriteAsync(zombie, default), Throws.TypeOf<TermOverException>());
        Assert.That(await ScoreAsync(world, athlete), Is.EqualTo(new BoardScore(1_500, 2)));
    }

    [Test]
    public async Task A_zombie_cannot_bring_back_an_entry_that_its_successor_removed()
    {
        await using var world = await World.CreateAsync();
        var activity = Messages.Activity(Guid.NewGuid(), 10);
        await world.HandleAsync(activity);
        var zombie = await world.Batches.PlanAsync(await world.ClaimAsync(), default);
        await world.HandleAsync(Messages.Deleted(activity));
        await world.ApplyAllAsync();

        Assert.That(async () => await world.Batches.WriteAsync(zombie, default), Throws.TypeOf<TermOverException>());
        Assert.That(await world.BoardsAsync(), Is.Empty);
    }

    [Test]
    public async Task A_term_that_was_claimed_away_cannot_even_plan()
    {
        await using var world = await World.CreateAsync();
        await world.HandleAsync(Messages.Activity(Guid.NewGuid(), 10));
        var over = await world.ClaimAsync();
        await world.ClaimAsync();
        Assert.That(async () => await world.Batches.PlanAsync(over, default), Throws.TypeOf<TermOverException>());
    }

    [Test]
    public async Task An_older_batch_of_the_same_term_that_arrives_late_is_refused()
    {
        await using var world = await World.CreateAsync();
        var athlete = Guid.NewGuid();
        await world.HandleAsync(Messages.Activity(athlete, 10));
        var term = await world.ClaimAsync();
        var stuckInAFrozenConnection = await world.Batches.PlanAsync(term, default);
        await world.HandleAsync(Messages.Activity(athlete, 5));
        await world.Batches.ApplyAsync(term, default);

        Assert.That(
            async () => await world.Batches.WriteAsync(stuckInAFrozenConnection, default),
            Throws.TypeOf<TermOverException>());
        Assert.That(await ScoreAsync(world, athlete), Is.EqualTo(new BoardScore(1_500, 2)));
    }

    [Test]
    public async Task A_batch_past_its_deadline_is_refused()
    {
        await using var world = await World.CreateAsync();
        await world.HandleAsync(Messages.Activity(Guid.NewGuid(), 10));
        var batch = await world.Batches.PlanAsync(await world.ClaimAsync(), default);
        var late = batch with { Right = batch.Right with { Deadline = batch.Right.Deadline - 11_000 } };
        Assert.That(async () => await world.Batches.WriteAsync(late, default), Throws.TypeOf<RedisAwayException>());
        Assert.That(await world.BoardsAsync(), Is.Empty);
    }

    [Test]
    public async Task A_crash_between_write_and_removal_of_the_marks_repeats_without_harm()
    {
        await using var world = await World.CreateAsync();
        var athlete = Guid.NewGuid();
        await world.HandleAsync(Messages.Activity(athlete, 10));
        await world.Batches.WriteAsync(await world.Batches.PlanAsync(await world.ClaimAsync(), default), default);
        await world.ApplyAllAsync();
        Assert.That(await ScoreAsync(world, athlete), Is.EqualTo(new BoardScore(1_000, 1)));
    }

    [Test]
    public async Task A_change_while_a_batch_is_applied_keeps_its_mark()
    {
        await using var world = await World.CreateAsync();
        var athlete = Guid.NewGuid();
        await world.HandleAsync(Messages.Activity(athlete, 10));
        var batch = await world.Batches.PlanAsync(await world.ClaimAsync(), default);
        await world.Batches.WriteAsync(batch, default);
        await world.HandleAsync(Messages.Activity(athlete, 5));
        await world.Marks.RemoveAsync(batch.Marks, default);
        Assert.That(await world.CountAsync("board_dirty"), Is.EqualTo(1));
    }

    [Test]
    public async Task When_the_last_entry_goes_the_board_is_gone()
    {
        await using var world = await World.CreateAsync();
        var activity = Messages.Activity(Guid.NewGuid(), 10);
        await world.HandleAsync(activity);
        await world.ApplyAllAsync();
        Assert.That(await world.KeysAsync(), Does.Contain(GlobalWeek));
        await world.HandleAsync(activity with { Version = 2, Visibility = Visibility.Friends });
        await world.ApplyAllAsync();
        Assert.That(await world.KeysAsync(), Does.Not.Contain(GlobalWeek));
    }

    [Test]
    public async Task A_week_board_expires_and_a_week_past_its_retention_is_not_written_again()
    {
        await using var world = await World.CreateAsync();
        var athlete = Guid.NewGuid();
        await world.HandleAsync(Messages.Activity(athlete, 10));
        await world.HandleAsync(Messages.Activity(athlete, 20, day: Messages.Today.AddDays(-50)));
        await world.ApplyAllAsync();
        var left = (await world.TimeToLiveAsync(GlobalWeek))!.Value;
        var boards = (await world.BoardsAsync())
            .Where(entry => entry.Board.Contains(":week:", StringComparison.Ordinal)
                || entry.Board.EndsWith(":all}", StringComparison.Ordinal))
            .Select(entry => (entry.Board, BoardScore.Unpack(entry.Score)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(left, Is.GreaterThan(TimeSpan.FromDays(35)).And.LessThan(TimeSpan.FromDays(43)));
            Assert.That(await world.TimeToLiveAsync("leaderboard:{run:global:all}"), Is.Null);
            Assert.That(boards, Is.EquivalentTo(new[]
            {
                (GlobalWeek, new BoardScore(1_000, 1)), ("leaderboard:{run:global:all}", new BoardScore(3_000, 2)),
            }));
        }
    }

    [Test]
    public async Task A_move_takes_the_open_boards_along_and_leaves_the_closed_ones()
    {
        await using var world = await World.CreateAsync();
        var athlete = Guid.NewGuid();
        await world.HandleAsync(Messages.Profile(athlete, "US", 1, region: "US-CA", city: "Los Angeles"));
        await world.HandleAsync(Messages.Activity(athlete, 10));
        await world.HandleAsync(Messages.Activity(athlete, 20, day: Messages.Today.AddDays(-5)));
        await world.ApplyAllAsync();
        await world.HandleAsync(Messages.Profile(athlete, "SI", 2, region: "SI-061", city: "Ljubljana"));
        await world.ApplyAllAsync();

        // Known in the US only after that day had ended: the first place that we know of keeps it.
        var closed = $":day:{Messages.Today.AddDays(-5):yyyy-MM-dd}}}";
        var boards = (await world.BoardsAsync()).Select(entry => entry.Board).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                boards.Where(board => board.EndsWith(closed, StringComparison.Ordinal)),
                Is.EquivalentTo(new[] { "global", "US", "US-CA", "city:los%20angeles" }
                    .Select(place => $"leaderboard:{{run:{place}{closed}")));
            Assert.That(
                boards.Where(board => board.EndsWith(":all}", StringComparison.Ordinal)),
                Is.EquivalentTo(new[] { "global", "SI", "SI-061", "city:ljubljana" }
                    .Select(place => $"leaderboard:{{run:{place}:all}}")));
        }
    }

    [Test]
    public async Task Who_moves_all_the_time_stays_where_they_were_and_others_are_served()
    {
        await using var world = await World.CreateAsync();
        var athlete = Guid.NewGuid();
        await world.HandleAsync(Messages.Activity(athlete, 10));
        for (var version = 1; version <= Ledgers.Profiles.MaxMovesAYear + 5; version++)
        {
            await world.HandleAsync(Messages.Profile(athlete, "SI", version, city: $"City {version}"));
        }

        await world.ApplyAllAsync();
        var boards = (await world.BoardsAsync()).Select(entry => entry.Board);
        Assert.That(
            boards.Where(board => board.Contains("city", StringComparison.Ordinal) && !IsRolling(board)),
            Does.Contain($"leaderboard:{{run:city:city%20{Ledgers.Profiles.MaxMovesAYear}:all}}").And.Exactly(5).Items);
    }

    [Test]
    public void A_batch_takes_what_fits_and_at_least_one_athlete()
    {
        List<Mark> marks = [new(1, 0, default, 1), new(2, 1, default, 1), new(2, 2, default, 1), new(3, 1, default, 1)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Fitting(30), Is.EqualTo(marks));
            Assert.That(Fitting(29), Is.EqualTo(marks[..3]), "the second mark of an athlete costs nothing more");
            Assert.That(Fitting(19), Is.EqualTo(marks[..1]));
            Assert.That(Fitting(1), Is.EqualTo(marks[..1]), "however much the first one costs");
        }

        List<Mark> Fitting(int max) => BoardBatches.Fitting(marks, _ => 10, max);
    }

    [Test]
    public async Task Ties_share_a_rank_and_the_viewer_is_found_below_the_page()
    {
        await using var world = await World.CreateAsync();
        var athletes = Enumerable.Range(0, 6).Select(_ => Guid.NewGuid()).ToArray();
        long[] meters = [50, 40, 40, 40, 30, 30];
        foreach (var (athlete, distance) in athletes.Zip(meters))
        {
            await world.HandleAsync(Messages.Activity(athlete, distance));
        }

        // The same distance in two activities is still the same rank.
        await world.HandleAsync(Messages.Activity(athletes[5], 0));
        await world.ApplyAllAsync();
        await using var command = world.Database.CreateCommand(
            "SELECT number FROM athlete_number WHERE athlete_id = $1");
        command.Parameters.Add(new() { Value = athletes[4] });
        var viewer = (long)(await command.ExecuteScalarAsync())!;
        var key = new BoardKey(Contracts.Sports.Sport.Run, Place.Global, Window.Find("all")!, Period.Ever);
        var page = await world.Redis.ReadAsync(key, new BoardSlice(3), viewer, default);
        var whole = await world.Redis.ReadAsync(key, new BoardSlice(100), viewer: null, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(page.Lines.Select(line => line.Rank), Is.EqualTo(new[] { 1, 2, 2 }));
            Assert.That(page.Viewer!.Rank, Is.EqualTo(5));
            Assert.That(page.Total, Is.EqualTo(6));
            Assert.That(whole.Lines.Select(line => line.Rank), Is.EqualTo(new[] { 1, 2, 2, 2, 5, 5 }));
            Assert.That(whole.Viewer, Is.Null);
        }
    }

    [Test]
    public async Task Scripts_forgotten_by_redis_are_sent_again()
    {
        await using var world = await World.CreateAsync();
        var athlete = Guid.NewGuid();
        await world.HandleAsync(Messages.Activity(athlete, 10));
        await world.ApplyAllAsync();
        await world.AsAdminAsync("SCRIPT", "FLUSH");
        await world.HandleAsync(Messages.Activity(athlete, 5));
        await world.ApplyAllAsync();
        Assert.That(await ScoreAsync(world, athlete), Is.EqualTo(new BoardScore(1_500, 2)));
    }

    // Whether today at nine is in them depends on the hour.
    private static bool IsRolling(string board) =>
        board.EndsWith("h}", StringComparison.Ordinal) || board.EndsWith("d}", StringComparison.Ordinal);

    private static async Task<BoardScore> ScoreAsync(World world, Guid athlete) =>
        BoardScore.Unpack((await world.BoardsAsync())
            .Single(entry => entry.Board == GlobalWeek && entry.Athlete == athlete).Score);
}
