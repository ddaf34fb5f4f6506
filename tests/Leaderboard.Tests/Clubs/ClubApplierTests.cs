using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Contracts.Sports;
using Strava.Core.Applying;
using Strava.Leaderboards.Clubs;
using Strava.Leaderboards.Flags;
using Strava.Leaderboards.Stores;
using Strava.Leaderboards.Tests.Running;
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Clubs;

[Category("Integration")]
[Parallelizable]
public class ClubApplierTests
{
    [Test]
    public async Task Whatever_happens_in_whatever_order_the_boards_are_those_of_the_slow_way()
    {
        await using var world = await ClubWorld.CreateAsync();
        var random = new Random(20261122);
        var clubs = new List<(KnownClub Club, HashSet<Guid> Members)>();
        foreach (var sport in (Sport[])[Sport.Run, Sport.Run, Sport.Ride])
        {
            clubs.Add((await world.MakeAsync(sport), []));
        }

        var athletes = Enumerable.Range(0, 8).Select(_ => Guid.NewGuid()).ToArray();
        var (messages, living) = (new List<object>(), new List<ActivitySummary>());
        for (var round = 1; round <= 12; round++)
        {
            var (burst, touched) = (new List<Func<Task>>(), new HashSet<(long, Guid)>());
            for (var i = 0; i < 12; i++)
            {
                burst.Add(Step(touched));
            }

            // All at once: joins, leaves and messages of one athlete overlap with each other and with a batch.
            await Task.WhenAll(
                [.. burst.Select(step => step()), round % 3 == 0 ? world.ApplyAllAsync() : Task.CompletedTask]);
            await world.ApplyAllAsync();
            var expected = ClubBruteForce.Boards(
                messages,
                clubs.Select(club => new ClubNow(club.Club.Number, club.Club.Sport.ToString(), club.Members)),
                TimeProvider.System.GetUtcNow());
            Assert.That(await world.BoardsAsync(), Is.EquivalentTo(expected), $"round {round}");
            Assert.That(await world.World.CountAsync("club_dirty"), Is.Zero);
        }

        Assert.That(await world.BoardsAsync(), Is.Not.Empty);

        Func<Task> Step(HashSet<(long, Guid)> touched)
        {
            var athlete = athletes[random.Next(athletes.Length)];
            var (club, members) = clubs[random.Next(clubs.Count)];
            var day = Messages.Today.AddDays(-random.Next(0, 30));
            switch (random.Next(10))
            {
                case < 3 when touched.Add((club.Number, athlete)) && members.Add(athlete):
                    return () => world.JoinAsync(club, athlete);
                case 3 when touched.Add((club.Number, athlete)) && members.Remove(athlete):
                    return () => world.LeaveAsync(club, athlete);
                case 4 or 5 when living.Count > 0:
                    var at = random.Next(living.Count);
                    living[at] = living[at] with
                    {
                        Version = living[at].Version + 1,
                        Sport = random.Next(2) == 0 ? Sport.Run : Sport.Ride,
                        Visibility = random.Next(3) == 0 ? Visibility.OnlyMe : Visibility.Everyone,
                        LocalDate = day,
                        MovingMilliseconds = random.Next(4) * 600_000,
                    };
                    return Handled(living[at]);
                case 6 when living.Count > 0:
                    var gone = living[random.Next(living.Count)];
                    living.Remove(gone);
                    return Handled(Messages.Deleted(gone));
                default:
                    var activity = Messages.Activity(
                        athlete, random.Next(4) * 2_500, sport: random.Next(3) == 0 ? Sport.Ride : Sport.Run, day: day);
                    living.Add(activity);
                    return Handled(activity);
            }
        }

        Func<Task> Handled(object message)
        {
            messages.Add(message);
            return () => world.World.HandleAsync(message);
        }
    }

    [Test]
    public async Task Joining_brings_what_was_done_leaving_takes_it_out_and_a_late_upload_does_not_bring_it_back()
    {
        await using var world = await ClubWorld.CreateAsync();
        var (club, athlete) = (await world.MakeAsync(), Guid.NewGuid());
        await world.World.HandleAsync(Messages.Activity(athlete, 1_000));
        await world.World.HandleAsync(Messages.Activity(athlete, 2_000, day: Messages.Today.AddDays(-7)));
        await world.ApplyAllAsync();
        Assert.That(await world.BoardsAsync(), Is.Empty);

        Assert.That(await world.JoinAsync(club, athlete), Is.EqualTo(MembershipOutcome.Done));
        await world.ApplyAllAsync();
        Assert.That(await world.BoardsAsync(), Has.Count.EqualTo(2 * 7), "both weeks, six columns and the totals");

        // The upload is read while still a member, and comes to Redis when that is over.
        await world.World.HandleAsync(Messages.Activity(athlete, 4_000));
        var late = await world.Batches.PlanAsync(await world.ClaimAsync(), default);
        Assert.That(late.Changes, Has.Some.Matches<ClubChange>(change => change.Totals is not null));
        await world.LeaveAsync(club, athlete);
        await world.ApplyAllAsync();
        Assert.That(async () => await world.Batches.WriteAsync(late, default), Throws.TypeOf<TermOverException>());
        Assert.That(await world.BoardsAsync(), Is.Empty);

        await world.World.HandleAsync(Messages.Activity(athlete, 5_000));
        await world.ApplyAllAsync();
        Assert.That(await world.BoardsAsync(), Is.Empty);
    }

    [Test]
    public async Task Who_is_flagged_is_on_no_board_until_that_is_taken_back()
    {
        await using var world = await ClubWorld.CreateAsync();
        var (club, athlete, flags) = (await world.MakeAsync(), Guid.NewGuid(), new AthleteFlags(world.World.Database));
        await world.World.HandleAsync(Messages.Activity(athlete, 1_000));
        await world.JoinAsync(club, athlete);
        await world.ApplyAllAsync();
        var before = await world.BoardsAsync();
        Assert.That(before, Has.Count.EqualTo(7));
        await flags.FlagAsync(athlete, "a car", default);
        await world.ApplyAllAsync();
        Assert.That(await world.BoardsAsync(), Is.Empty);
        Assert.That((await world.Comparison.CompareAsync(club, default)).Sum(board => board.Wrong.Count), Is.Zero);
        await flags.UnflagAsync(athlete, default);
        await world.ApplyAllAsync();
        Assert.That(await world.BoardsAsync(), Is.EquivalentTo(before));
    }

    [Test]
    public async Task Keys_live_until_two_weeks_after_their_week_and_a_later_week_is_not_written()
    {
        await using var world = await ClubWorld.CreateAsync();
        var (club, athlete) = (await world.MakeAsync(), Guid.NewGuid());
        await world.JoinAsync(club, athlete);
        await world.World.HandleAsync(Messages.Activity(athlete, 1_000));
        await world.World.HandleAsync(Messages.Activity(athlete, 1_000, day: Messages.Today.AddDays(-28)));
        await world.ApplyAllAsync();
        Assert.That(await world.BoardsAsync(), Has.Count.EqualTo(7));
        var week = ClubWeek.Find("this", Messages.Today);
        var keys = await world.World.KeysAsync($"leaderboard:club:{{*:{week.Text}}}*");
        var ends = ClubWeek.ExpiresAt(week);
        Assert.That(keys, Has.Length.EqualTo(8));
        foreach (var key in keys)
        {
            var left = await world.World.TimeToLiveAsync(key);
            Assert.That(left, Is.EqualTo(ends - TimeProvider.System.GetUtcNow()).Within(TimeSpan.FromSeconds(5)), key);
        }
    }

    [Test]
    public async Task A_batch_past_its_deadline_or_of_an_older_term_is_refused()
    {
        await using var world = await ClubWorld.CreateAsync();
        var (club, athlete) = (await world.MakeAsync(), Guid.NewGuid());
        await world.JoinAsync(club, athlete);
        await world.World.HandleAsync(Messages.Activity(athlete, 1_000));
        var batch = await world.Batches.PlanAsync(await world.ClaimAsync(), default);
        var late = batch with { Right = batch.Right with { Deadline = batch.Right.Deadline - 11_000 } };
        Assert.That(async () => await world.Batches.WriteAsync(late, default), Throws.TypeOf<RedisAwayException>());
        var over = await world.ClaimAsync();
        await world.ApplyAllAsync();
        await world.World.HandleAsync(Messages.Activity(athlete, 1_000));
        Assert.That(async () => await world.Batches.PlanAsync(over, default), Throws.TypeOf<TermOverException>());
        Assert.That(await world.BoardsAsync(), Has.Count.EqualTo(7));
    }

    [Test]
    public async Task Lost_in_redis_they_are_filled_again_and_an_old_files_entries_are_gone()
    {
        await using var world = await ClubWorld.CreateAsync();
        var (club, athletes) = (await world.MakeAsync(), Enumerable.Range(0, 50).Select(_ => Guid.NewGuid()).ToArray());
        foreach (var athlete in athletes)
        {
            await world.JoinAsync(club, athlete);
            await world.World.HandleAsync(Messages.Activity(athlete, 1_000));
        }

        using var applier = world.NewApplier();
        await applier.StartAsync(default);
        await Eventually.HoldsAsync(async () => (await world.BoardsAsync()).Count == 50 * 7);
        var right = await world.BoardsAsync();
        var board = new ClubBoardKey(club.Number, ClubWeek.Find("this", Messages.Today));

        await world.World.WipeAsync();
        var page = await world.Redis.ReadAsync(board, new ClubSlice(ClubColumn.Distance, 10), null, default);
        Assert.That(page.IsStale(TimeProvider.System.GetUtcNow()), Is.True, "a reader right after the wipe is told");
        await Eventually.HoldsAsync(async () => (await world.BoardsAsync()).SetEquals(right) && !await IsStaleAsync());

        await world.World.Eyes.HashSetAsync(ClubBoardKey.Watermark, "generation", Guid.NewGuid().ToString());
        byte[] nobody = [.. BitConverter.GetBytes(99L).Reverse()];
        await world.World.Eyes.SortedSetAddAsync(board.Scores(ClubColumn.Distance), nobody, 5);
        await Eventually.HoldsAsync(async () => (await world.BoardsAsync()).SetEquals(right) && !await IsStaleAsync());
        await applier.StopAsync(default);

        async Task<bool> IsStaleAsync() =>
            (await world.Redis.ReadAsync(board, new ClubSlice(ClubColumn.Distance, 10), null, default))
                .IsStale(TimeProvider.System.GetUtcNow());
    }

    [Test]
    public async Task Every_column_is_read_page_by_page_with_ties_sharing_a_rank()
    {
        await using var world = await ClubWorld.CreateAsync();
        var (club, random) = (await world.MakeAsync(), new Random(7));
        for (var i = 0; i < 60; i++)
        {
            var athlete = Guid.NewGuid();
            await world.JoinAsync(club, athlete);
            await world.World.HandleAsync(Messages.Activity(athlete, 1_000 * random.Next(0, 4)) with
            {
                MovingMilliseconds = 600_000 * random.Next(0, 3),
            });
        }

        await world.ApplyAllAsync();
        var board = new ClubBoardKey(club.Number, ClubWeek.Find("this", Messages.Today));
        foreach (var column in ClubColumn.All)
        {
            var whole = await world.Redis.ReadAsync(board, new ClubSlice(column, 100), viewer: null, default);
            Assert.That(whole.Lines, Has.Count.EqualTo(60), column.Word);
            Assert.That(
                whole.Lines,
                Is.EqualTo(whole.Lines
                    .OrderByDescending(line => column.ScoreOf(line.Totals)).ThenByDescending(line => line.Athlete)));
            foreach (var line in whole.Lines)
            {
                var better = whole.Lines.Count(other => column.ScoreOf(other.Totals) > line.Score);
                Assert.That(line.Rank, Is.EqualTo(1 + better));
            }

            var (paged, slice) = (new List<ClubLine>(), new ClubSlice(column, 7));
            while (true)
            {
                var page = await world.Redis.ReadAsync(board, slice, whole.Lines[^1].Athlete, default);
                paged.AddRange(page.Lines);
                Assert.That(page.Viewer, Is.EqualTo(whole.Lines[^1]));
                if (page.Next is not { } next)
                {
                    break;
                }

                slice = slice with { After = new ClubCursor(column, board.Week.First, next.Score, next.Athlete) };
            }

            Assert.That(paged, Is.EqualTo(whole.Lines), column.Word);
        }
    }
}
