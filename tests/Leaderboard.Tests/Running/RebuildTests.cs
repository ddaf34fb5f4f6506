using Npgsql;
using StackExchange.Redis;
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Running;

[TestFixture]
[Parallelizable]
internal sealed class RebuildTests : RebuildSpec
{
    private World _boards = null!;

    protected override string Table => "ledger";

    [TearDown]
    public async Task CloseBoards() => await _boards.DisposeAsync();

    [Test]
    public async Task Boards_follow_the_ledger_that_was_swapped_in()
    {
        var activities = await SavedAsync(40);
        var runner = activities[0].AthleteId;
        await Eventually.HoldsAsync(async () => await MarksAsync() == 0);
        var right = await AllTimeAsync(runner);
        Assert.That(right, Is.Positive);

        // The wrong score goes all the way to Redis.
        await World.Database.CreateCommand($"UPDATE ledger SET distance_mm = 1 WHERE activity_id = '{activities[0].ActivityId}'")
            .ExecuteNonQueryAsync();
        await World.Database.CreateCommand(
            $"INSERT INTO board_dirty (athlete, sport, day) SELECT athlete, sport, local_date FROM ledger WHERE activity_id = '{activities[0].ActivityId}'")
            .ExecuteNonQueryAsync();
        await Eventually.HoldsAsync(async () => await AllTimeAsync(runner) < right);
        await JoinAllAsync();
        await Eventually.HoldsAsync(StandingsAreTheLedgersAsync);

        // What is marked when the ledgers change places waits for a batch all the while.
        await using var batch = await World.Database.OpenConnectionAsync();
        await using var held = await batch.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand("SELECT FROM fence WHERE duty = 'challenges' FOR UPDATE", batch, held);
        await hold.ExecuteNonQueryAsync();
        await Teller.SayAsync(Activity(activities[1].AthleteId, 50));
        const string Marked = "SELECT count(*) FROM challenge_dirty";
        await Eventually.HoldsAsync(async () => await World.ScalarAsync<long>(Marked) == 1);

        var done = await World.EndAsync(await World.BegunAsync());
        Assert.That((done.State, done.Differences), Is.EqualTo(("done", 1L)), done.Examples);
        Assert.That(await World.ScalarAsync<long>(Marked), Is.EqualTo(2), "who ran since, and whose ledger was wrong");
        Assert.That(await StandingsAreTheLedgersAsync(), Is.False);
        await held.RollbackAsync();
        await Eventually.HoldsAsync(StandingsAreTheLedgersAsync);
        await Eventually.HoldsAsync(async () => await MarksAsync() == 0 && await AllTimeAsync(runner) == right);

        // The swapped in ledger marks the boards of clubs, as the one before did.
        Assert.That(
            await World.ScalarAsync<long>(
                "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'public.ledger'::regclass AND tgname LIKE 'club_mark_%'"),
            Is.EqualTo(2));
    }

    [Test]
    public async Task An_operator_takes_an_athlete_off_the_boards_and_brings_them_back()
    {
        var runner = (await SavedAsync(3))[0].AthleteId;
        await Eventually.HoldsAsync(async () => await MarksAsync() == 0 && await AllTimeAsync(runner) > 0);
        var right = await AllTimeAsync(runner);
        await FlagAndUnflagAsync(runner, () => Eventually.HoldsAsync(async () => await AllTimeAsync(runner) == 0));
        await Eventually.HoldsAsync(async () => await AllTimeAsync(runner) == right);
    }

    protected override async Task<RebuildWorld> StartAsync()
    {
        _boards = await Running.World.CreateAsync();
        return await RebuildWorld.StartAsync("leaderboard", "Strava.Leaderboards", new Dictionary<string, string>
        {
            ["ConnectionStrings__Redis"] = _boards.RedisConnection,
        });
    }

    protected override async Task TamperAsync(Guid spoilt, Guid lost)
    {
        await World.Database.CreateCommand($"UPDATE ledger SET distance_mm = 1 WHERE activity_id = '{spoilt}'").ExecuteNonQueryAsync();
        await World.Database.CreateCommand($"DELETE FROM ledger WHERE activity_id = '{lost}'").ExecuteNonQueryAsync();
    }

    private async Task JoinAllAsync() => await World.Database.CreateCommand(
        """
        WITH made AS (
            INSERT INTO challenge (id, creator, name, sports, metric, starts_on, ends_on, closes_at)
            SELECT gen_random_uuid(), min(number), 'rebuilt', '{1,2}', 1, '2026-11-20', '2026-11-24', now() + interval '9 days'
            FROM athlete_number RETURNING number),
        joined AS (
            INSERT INTO challenge_participant (athlete, challenge, joined_at)
            SELECT n.number, made.number, now() FROM athlete_number n, made RETURNING challenge, athlete)
        INSERT INTO challenge_dirty (challenge, athlete) SELECT challenge, athlete FROM joined
        """).ExecuteNonQueryAsync();

    private Task<bool> StandingsAreTheLedgersAsync() => World.ScalarAsync<bool>(
        """
        SELECT (SELECT array_agg((athlete, standing) ORDER BY athlete) FROM challenge_entry) = (
            SELECT array_agg((athlete, -mm) ORDER BY athlete)
            FROM (SELECT athlete, sum(distance_mm)::bigint AS mm FROM ledger WHERE NOT deleted GROUP BY athlete) AS l)
        """);

    private Task<long> MarksAsync() => World.ScalarAsync<long>("SELECT count(*) FROM board_dirty");

    private async Task<long> AllTimeAsync(Guid athlete)
    {
        var number = await World.ScalarAsync<long>($"SELECT number FROM athlete_number WHERE athlete_id = '{athlete}'");
        byte[] member = [.. BitConverter.GetBytes(number).Reverse()];
        const string AllTime = "leaderboard:{run:global:all}";
        return (long)(await _boards.Eyes.SortedSetScoreAsync(AllTime, (RedisValue)member) ?? 0);
    }
}
