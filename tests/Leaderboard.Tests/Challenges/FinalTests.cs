using Npgsql;
using Strava.Contracts.Rest;
using Strava.Leaderboards.Challenges;
using Strava.Leaderboards.Flags;
using Strava.Leaderboards.Tests.Running;

namespace Strava.Leaderboards.Tests.Challenges;

/// <summary>The end of a challenge, and what may still happen after it.</summary>
[Category("Integration")]
[Parallelizable]
public sealed class FinalTests
{
    [Test]
    public async Task A_challenge_ends_when_its_last_day_has_passed_everywhere_and_late_phones_had_their_time()
    {
        Assert.That(
            ChallengeRow.EndOf(new DateOnly(2026, 11, 30)) + ChallengeRow.Grace,
            Is.EqualTo(new DateTimeOffset(2026, 12, 4, 12, 0, 0, TimeSpan.Zero)));
        await using var world = await World.CreateAsync();
        var challenges = new ChallengeWorld(world);
        var closer = challenges.NewCloser();
        var challenge = await challenges.NewAsync(ChallengeMetric.Distance, to: Messages.Today);
        var (runner, late) = (Guid.NewGuid(), Guid.NewGuid());
        await challenges.JoinAsync(challenge, runner, "SI");
        await challenges.JoinAsync(challenge, late, "US");
        await world.HandleAsync(Messages.Activity(runner, 1_000));
        var end = ChallengeRow.EndOf(Messages.Today);

        challenges.Time.Now = end + TimeSpan.FromHours(71);
        Assert.That(await closer.StepAsync(default), Is.False);
        await world.HandleAsync(Messages.Activity(late, 2_000));
        await challenges.ApplyAllAsync();

        challenges.Time.Now = end + TimeSpan.FromHours(72);
        Assert.That(await closer.StepAsync(default), Is.False, "whoever saw it open may still commit");
        await world.HandleAsync(Messages.Activity(runner, 50_000));
        await challenges.ApplyAllAsync();
        challenges.Time.Now += TimeSpan.FromSeconds(21);
        await CloseAsync(closer);

        var numbers = await world.NumbersAsync();
        var lines = await challenges.FinalLinesAsync(challenge, generation: 1);
        Assert.That(
            lines.Select(line => (line.Rank, numbers[line.Athlete], line.Standing, line.Country)),
            Is.EqualTo(new[] { (1L, late, -2_000_000L, "US"), (2L, runner, -1_000_000L, "SI") }));
        foreach (var table in (string[])["challenge_entry", "challenge_interval", "challenge_group", "challenge_dirty"])
        {
            Assert.That(await world.CountAsync(table), Is.Zero, table);
        }
    }

    [Test]
    public async Task A_final_board_shows_what_the_open_one_showed_and_is_small()
    {
        await using var world = await World.CreateAsync();
        var challenges = new ChallengeWorld(world);
        var challenge = await FilledAsync(challenges, 20_000);
        string[] countries = ["", "SI", "US"];
        var open = new List<List<ChallengeLine>>();
        foreach (var country in countries)
        {
            open.Add(await challenges.LinesAsync(challenge, country, size: 1_000));
        }

        long[] standings = [-1, -500, -1_000_000, .. open[0].Where((_, i) => i % 1_999 == 0).Select(line => line.Standing)];
        var ranks = await RanksAsync(standing => challenges.Open.RankAsync(challenge, "", standing, default));
        var before = await SizeAsync("challenge_entry");

        challenges.Time.Now = DateTimeOffset.UnixEpoch.AddYears(200);
        await CloseAsync(challenges.NewCloser());

        foreach (var (country, lines) in countries.Zip(open))
        {
            Assert.That(await challenges.FinalLinesAsync(challenge, 1, country, size: 999), Is.EqualTo(lines), country);
        }

        Assert.That(await RanksAsync(standing => challenges.Final.RankAsync((challenge, 1), "", standing, default)), Is.EqualTo(ranks));
        foreach (var line in open[1].Where((_, i) => i % 777 == 0))
        {
            var page = await challenges.Final.ReadAsync((challenge, 1), "SI", 1, null, line.Athlete, default);
            Assert.That(page.Viewer, Is.EqualTo((line.Rank, line.Standing)));
            Assert.That(page.Total, Is.EqualTo(open[1].Count));
            Assert.That((await challenges.Final.ReadAsync((challenge, 1), "US", 1, null, line.Athlete, default)).Viewer, Is.Null);
        }

        var after = await SizeAsync("challenge_final_page") + await SizeAsync("challenge_final_athlete");
        TestContext.Out.WriteLine($"{before / 20_000.0:0.0} bytes an entry while open, {after / 20_000.0:0.0} when final");
        Assert.That(after * 5, Is.LessThan(before));

        async Task<List<long>> RanksAsync(Func<long, Task<long>> rankOf)
        {
            var found = new List<long>();
            foreach (var standing in standings)
            {
                found.Add(await rankOf(standing));
            }

            return found;
        }

        Task<long> SizeAsync(string table) => challenges.ScalarAsync<long>($"SELECT pg_total_relation_size('{table}')");
    }

    [Test]
    public async Task What_is_final_cannot_be_changed_by_anybody()
    {
        await using var world = await World.CreateAsync();
        var challenges = new ChallengeWorld(world);
        var (challenge, runner) = (await challenges.NewAsync(ChallengeMetric.Count, to: Messages.Today), Guid.NewGuid());
        await challenges.JoinAsync(challenge, runner, "SI");
        await world.HandleAsync(Messages.Activity(runner, 1_000));
        await challenges.ApplyAllAsync();
        challenges.Time.Now = DateTimeOffset.UnixEpoch.AddYears(200);
        await CloseAsync(challenges.NewCloser());
        foreach (var sql in (string[])
        [
            "UPDATE challenge_final_page SET lines = ''", "DELETE FROM challenge_final_page",
            "INSERT INTO challenge_final_page SELECT challenge, generation, country, page + 1, first_standing, first_rank, lines_count, lines FROM challenge_final_page",
            "UPDATE challenge_final_athlete SET lines = ''", "DELETE FROM challenge_final_athlete",
            "UPDATE challenge SET name = 'other'", "UPDATE challenge SET state = 1, generation = 0", "DELETE FROM challenge",
            "UPDATE challenge SET generation = generation + 2", "UPDATE challenge SET goal = 1",
            "DELETE FROM challenge_participant", "UPDATE challenge_participant SET country = 'US'",
            $"INSERT INTO challenge_participant SELECT creator, now(), {challenge}, NULL FROM challenge",
        ])
        {
            Assert.That(
                async () => await challenges.ExecuteAsync(sql),
                Throws.InstanceOf<PostgresException>().With.Property(nameof(PostgresException.SqlState)).EqualTo("ST020"),
                sql);
        }

        await world.HandleAsync(Messages.Activity(runner, 1_000));
        await challenges.ExecuteAsync($"INSERT INTO challenge_dirty SELECT challenge, athlete FROM challenge_participant");
        await challenges.ApplyAllAsync();
        Assert.That((await challenges.FinalLinesAsync(challenge, 1)).Single().Standing, Is.EqualTo(-1));
        Assert.That(await world.CountAsync("challenge_entry"), Is.Zero);
    }

    [Test]
    public async Task A_correction_makes_the_next_generation_and_keeps_the_one_before()
    {
        await using var world = await World.CreateAsync();
        var challenges = new ChallengeWorld(world);
        var closer = challenges.NewCloser();
        var challenge = await challenges.NewAsync(ChallengeMetric.Distance, to: Messages.Today);
        var (runner, cheat) = (Guid.NewGuid(), Guid.NewGuid());
        await challenges.JoinAsync(challenge, runner, "SI");
        await challenges.JoinAsync(challenge, cheat, "SI");
        await world.HandleAsync(Messages.Activity(runner, 1_000));
        await world.HandleAsync(Messages.Activity(cheat, 90_000));
        await challenges.ApplyAllAsync();
        challenges.Time.Now = DateTimeOffset.UnixEpoch.AddYears(200);
        await CloseAsync(closer);

        await CorrectChallenge.ApplyAsync(challenges.Database, challenge, new("a car", Bar: [cheat]), default);
        await CorrectChallenge.ApplyAsync(challenges.Database, challenge, new("a car", Bar: [cheat]), default);
        await CloseAsync(closer);
        await challenges.ApplyAllAsync();

        var numbers = await world.NumbersAsync();
        Assert.That((await challenges.FinalLinesAsync(challenge, 2)).Select(line => (line.Rank, numbers[line.Athlete])), Is.EqualTo(new[] { (1L, runner) }));
        Assert.That(await challenges.FinalLinesAsync(challenge, 1), Has.Count.EqualTo(2));
        Assert.That(await challenges.ScalarAsync<int>($"SELECT generation FROM challenge WHERE number = {challenge}"), Is.EqualTo(2));

        await CorrectChallenge.ApplyAsync(challenges.Database, challenge, new("it was a race with cars", Reinstate: [cheat]), default);
        await CloseAsync(closer);
        Assert.That(await challenges.FinalLinesAsync(challenge, 3), Is.EqualTo(await challenges.FinalLinesAsync(challenge, 1)));
        Assert.That(await world.CountAsync("challenge_entry"), Is.Zero);
    }

    [Test]
    public async Task Who_is_barred_leaves_an_open_board_at_once()
    {
        await using var world = await World.CreateAsync();
        var challenges = new ChallengeWorld(world);
        var (challenge, cheat) = (await challenges.NewAsync(ChallengeMetric.Distance), Guid.NewGuid());
        await challenges.JoinAsync(challenge, cheat);
        await world.HandleAsync(Messages.Activity(cheat, 90_000));
        await challenges.ApplyAllAsync();
        await CorrectChallenge.ApplyAsync(challenges.Database, challenge, new("a car", Bar: [cheat]), default);
        await challenges.ApplyAllAsync();
        Assert.That(await challenges.LinesAsync(challenge), Is.Empty);
        await CorrectChallenge.ApplyAsync(challenges.Database, challenge, new("no car", Reinstate: [cheat]), default);
        await challenges.ApplyAllAsync();
        Assert.That(await challenges.LinesAsync(challenge), Has.Count.EqualTo(1));

        // Off all boards is off this one.
        var flags = new AthleteFlags(challenges.Database);
        await flags.FlagAsync(cheat, "a car again", default);
        await challenges.ApplyAllAsync();
        Assert.That(await challenges.LinesAsync(challenge), Is.Empty);
        await flags.UnflagAsync(cheat, default);
        await challenges.ApplyAllAsync();
        Assert.That(await challenges.LinesAsync(challenge), Has.Count.EqualTo(1));
    }

    private static async Task CloseAsync(ChallengeCloser closer)
    {
        while (await closer.StepAsync(default))
        {
        }
    }

    /// <summary>
    /// Entries as an applier would have left them, counted anew: a mark and a ledger row each would take a minute.
    /// </summary>
    private static async Task<int> FilledAsync(ChallengeWorld challenges, int entries)
    {
        var challenge = await challenges.NewAsync(ChallengeMetric.Distance, to: Messages.Today);
        var random = new Random(7);
        foreach (var athletes in Enumerable.Range(1, entries).Chunk(5_000))
        {
            EntryChange[] changes =
            [
                .. athletes.Select(athlete => new EntryChange(challenge, athlete, null, new Place(
                    -random.Next(1, athlete % 3 == 0 ? 50 : 1_000_000),
                    DateTimeOffset.UnixEpoch.AddSeconds(random.Next(1_000)),
                    1,
                    athlete % 10 == 0 ? "" : athlete % 2 == 0 ? "SI" : "US"))),
            ];
            await using var connection = await challenges.Database.OpenConnectionAsync();
            await EntryWriting.WriteAsync(connection, changes, default);
            await ChallengeCounters.AddAsync(connection, CounterDelta.Of(changes), default);
        }

        return challenge;
    }
}
