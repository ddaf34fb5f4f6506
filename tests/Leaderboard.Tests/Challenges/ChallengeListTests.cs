using System.Text.Json.Nodes;
using Strava.Contracts.Sports;
using Strava.Leaderboards.Challenges;
using Strava.Leaderboards.Tests.Running;

namespace Strava.Leaderboards.Tests.Challenges;

/// <summary>The list of challenges against all of them, and what a page of it costs.</summary>
[Category("Integration")]
[Parallelizable]
public sealed class ChallengeListTests
{
    private static readonly Guid Me = Guid.NewGuid();

    [Test]
    public async Task Page_by_page_it_is_all_that_was_asked_for_in_order()
    {
        await using var world = await World.CreateAsync();
        await MakeAsync(world, 200, "i % 3", "i % 4");
        await ExecuteAsync(
            world,
            """
            INSERT INTO challenge_participant (athlete, challenge, joined_at)
            SELECT n.number, c.number, now() FROM challenge c, athlete_number n WHERE c.number % 5 < 2;
            UPDATE challenge SET ends_on = ends_on + 40 WHERE number % 50 = 7;
            UPDATE challenge SET state = 2 WHERE number % 7 = 3;
            UPDATE challenge SET state = 3, generation = 1 WHERE number % 7 = 2
            """);
        var all = await ChallengeList.ReadAsync(world.Database, Me, new(null, null, null, null), (0, 1_000), default);
        Assert.That(all, Has.Count.EqualTo(200));
        Assert.That(all.Select(row => (row.EndsOn, row.Number)), Is.Ordered);
        foreach (var isFinal in new bool?[] { null, false, true })
        {
            foreach (var sport in new Sport?[] { null, Sport.Run, Sport.Ride })
            {
                foreach (var joined in new bool?[] { null, false, true })
                {
                    var wanted = new ChallengesWanted(isFinal, sport, joined, null);
                    var expected = all.Where(row =>
                        (isFinal is null || row.Generation > 0 == isFinal)
                        && (sport is null || row.Sports.Contains(sport.Value))
                        && (joined is null || row.HasCaller == joined)).Select(row => row.Number).ToArray();
                    Assert.That(await ByCursorAsync(world, wanted, 7), Is.EqualTo(expected), $"{wanted}");
                    var page = await ChallengeList.ReadAsync(world.Database, Me, wanted, (5, 6), default);
                    Assert.That(page.Select(row => row.Number), Is.EqualTo(expected.Skip(5).Take(6)), $"{wanted}");
                }
            }
        }
    }

    [Test]
    public async Task A_page_costs_its_lines_and_not_what_there_is()
    {
        await using var world = await World.CreateAsync();

        // The worst case: what is wanted lies behind all that is not.
        await MakeAsync(world, 30_000, "1", "CASE WHEN i > 29950 THEN 1 ELSE 2 END");
        await ExecuteAsync(
            world,
            """
            INSERT INTO challenge_participant (athlete, challenge, joined_at)
            SELECT n.number, c.number, now() FROM challenge c, athlete_number n ORDER BY c.number DESC LIMIT 20;
            """);
        await ExecuteAsync(world, "VACUUM ANALYZE");
        Assert.That(await PagesReadAsync(world, new(null, null, null, null), size: 30_000), Is.GreaterThan(600));
        foreach (var wanted in new ChallengesWanted[]
        {
            new(null, null, null, null), new(false, Sport.Run, null, null), new(true, Sport.Ride, null, null),
            new(null, Sport.Run, true, null), new(false, Sport.Run, false, null),
            new(false, Sport.Ride, null, new ChallengesCursor(Messages.Today.AddDays(1), 29_000)),
        })
        {
            Assert.That(await PagesReadAsync(world, wanted, size: 20), Is.LessThan(300), $"{wanted}: database pages");
        }
    }

    [TestCase("")]
    [TestCase("x")]
    [TestCase("AAAAAAAAAAA")]
    [TestCase("_____wAAAAE")]
    [TestCase("AAt9OAAAAAA")]
    [TestCase("AAt9O AAAAAE")]
    [TestCase("AAt9OAAAAAE=")]
    [TestCase("AAt9OAAAAAEAAAAB")]
    public void A_cursor_that_we_would_not_write_is_none(string text) =>
        Assert.That(ChallengesCursor.Parse(text), Is.Null);

    [Test]
    public void A_cursor_comes_back_as_it_was()
    {
        var cursor = new ChallengesCursor(new DateOnly(2026, 11, 22), 7);
        Assert.That(ChallengesCursor.Parse(cursor.ToString()), Is.EqualTo(cursor));
    }

    private static async Task<List<int>> ByCursorAsync(World world, ChallengesWanted wanted, int size)
    {
        var numbers = new List<int>();
        while (true)
        {
            var rows = await ChallengeList.ReadAsync(world.Database, Me, wanted, (0, size), default);
            numbers.AddRange(rows.Select(row => row.Number));
            if (rows.Count < size)
            {
                return numbers;
            }

            wanted = wanted with
            {
                After = ChallengesCursor.Parse(new ChallengesCursor(rows[^1].EndsOn, rows[^1].Number).ToString()),
            };
        }
    }

    /// <summary>With their ends in as many days as <paramref name="day"/> says, and sports by a number.</summary>
    private static Task MakeAsync(World world, int count, string day, string sports) => ExecuteAsync(
        world,
        $$"""
        INSERT INTO athlete_number (athlete_id) VALUES ('{{Me}}');
        INSERT INTO challenge (id, creator, name, sports, metric, starts_on, ends_on, closes_at)
        SELECT gen_random_uuid(), (SELECT min(number) FROM athlete_number), 'a challenge',
            CASE {{sports}} WHEN 1 THEN '{1}' WHEN 2 THEN '{2}' ELSE '{1,2}' END::smallint[], 1, current_date,
            current_date + {{day}}, now() + interval '30 days'
        FROM generate_series(1, {{count}}) i
        """);

    private static async Task<long> PagesReadAsync(World world, ChallengesWanted wanted, int size)
    {
        await using var command = ChallengeList.Command(world.Database, Me, wanted, (0, size));
        command.CommandText = $"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {command.CommandText}";
        await command.ExecuteScalarAsync();
        var plan = JsonNode.Parse((string)(await command.ExecuteScalarAsync())!)![0]!["Plan"]!;
        return plan["Shared Hit Blocks"]!.GetValue<long>() + plan["Shared Read Blocks"]!.GetValue<long>();
    }

    private static async Task ExecuteAsync(World world, string sql)
    {
        await using var command = world.Database.CreateCommand(sql);
        command.CommandTimeout = 60;
        await command.ExecuteNonQueryAsync();
    }
}
