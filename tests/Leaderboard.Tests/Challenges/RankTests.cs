using FsCheck;
using FsCheck.Fluent;
using Strava.Contracts.Rest;
using Strava.Leaderboards.Challenges;
using Strava.Leaderboards.Tests.Running;

namespace Strava.Leaderboards.Tests.Challenges;

/// <summary>
/// Ranks by counters against ranks by counting, after random batches of joins, updates, leaves and ties on a board with
/// many intervals. The batches are the applier's own.
/// </summary>
[Category("Integration")]
[Parallelizable]
public sealed class RankTests
{
    private static readonly string[] Countries = ["", "SI", "US", "IT"];

    [Test]
    public async Task A_rank_is_what_counting_says_whatever_has_happened()
    {
        await using var world = await World.CreateAsync();
        var challenges = new ChallengeWorld(world);
        var judged = 0;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(12),
            Prop.ForAll(Batches().ToArbitrary(), batches =>
            {
                var challenge = challenges.NewAsync(ChallengeMetric.Distance).GetAwaiter().GetResult();
                var board = new Dictionary<long, Place>();
                return batches.All(batch =>
                {
                    ApplyAsync(challenges, challenge, board, batch).GetAwaiter().GetResult();
                    judged++;
                    return IsRightAsync(challenges, challenge, board, batch.Seed).GetAwaiter().GetResult();
                });
            }));
        TestContext.Out.WriteLine($"{judged} batches judged");
    }

    [Test]
    public async Task Intervals_and_groups_keep_their_size_while_a_board_grows_and_shrinks()
    {
        await using var world = await World.CreateAsync();
        var challenges = new ChallengeWorld(world);
        var challenge = await challenges.NewAsync(ChallengeMetric.Distance);
        var board = new Dictionary<long, Place>();
        for (var step = 0; step < 44; step++)
        {
            await ApplyAsync(challenges, challenge, board, new Batch(step, 5_000, step * 5_000, 220_000, 100_000_000, 0));
        }

        Assert.That(await IsRightAsync(challenges, challenge, board, 1));
        var groups = await challenges.ScalarAsync<int>($"SELECT count(*) FROM challenge_group WHERE country = '' AND challenge = {challenge}");
        var intervals = await challenges.ScalarAsync<int>($"SELECT count(*) FROM challenge_interval WHERE country = '' AND challenge = {challenge}");
        TestContext.Out.WriteLine($"{board.Count} entries: {intervals} intervals, {groups} groups");
        Assert.That(groups, Is.GreaterThan(1));

        for (var step = 0; step < 44; step++)
        {
            await ApplyAsync(challenges, challenge, board, new Batch(step, 5_000, step * 5_000, 220_000, 100, 100));
        }

        Assert.That(board, Is.Empty);
        Assert.That(await IsRightAsync(challenges, challenge, board, 1));
        Assert.That(
            await challenges.ScalarAsync<int>($"SELECT count(*) FROM challenge_group WHERE country = '' AND challenge = {challenge}"),
            Is.LessThanOrEqualTo(groups));
    }

    private static Gen<List<Batch>> Batches() =>
        (from seed in Gen.Choose(0, 1_000_000)
         from count in Gen.Elements(200, 1_200, 3_000)
         from athletes in Gen.Elements(1_500, 6_000)
         from spread in Gen.Elements(3, 900, 1_000_000)
         from leaving in Gen.Elements(0, 20, 90)
         select new Batch(seed, count, 0, athletes, spread, leaving)).NonEmptyListOf().Where(list => list.Count is > 2 and < 9).Select(list => list.ToList());

    /// <summary>
    /// Random athletes get a random standing, or leave: what the applier would write, written by its own code.
    /// </summary>
    private static async Task ApplyAsync(ChallengeWorld challenges, int challenge, Dictionary<long, Place> board, Batch batch)
    {
        var random = new Random(batch.Seed);
        var athletes = batch.From > 0 || batch.Athletes > 100_000
            ? Enumerable.Range(batch.From + 1, batch.Count).Select(athlete => (long)athlete)
            : Enumerable.Range(0, batch.Count).Select(_ => (long)random.Next(1, batch.Athletes)).Distinct();
        EntryChange[] changes =
        [
            .. athletes.Select(athlete => new EntryChange(
                challenge,
                athlete,
                board.GetValueOrDefault(athlete),
                random.Next(100) < batch.LeavingPercent
                    ? null
                    : new Place(
                        -random.NextInt64(1, batch.Spread + 1),
                        DateTimeOffset.UnixEpoch.AddSeconds(random.Next(1_000)),
                        1,
                        Countries[athlete % Countries.Length])))
                .Where(change => change.IsChange),
        ];
        await using var connection = await challenges.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (changes.Length > 0)
        {
            await EntryWriting.WriteAsync(connection, changes, default);
            await ChallengeCounters.AddAsync(connection, CounterDelta.Of(changes), default);
        }

        await transaction.CommitAsync();
        foreach (var change in changes)
        {
            if (change.New is null)
            {
                board.Remove(change.Athlete);
            }
            else
            {
                board[change.Athlete] = change.New;
            }
        }
    }

    private static async Task<bool> IsRightAsync(ChallengeWorld challenges, int challenge, Dictionary<long, Place> board, int seed)
    {
        var random = new Random(seed);
        foreach (var country in Countries)
        {
            var standings = board.Values.Where(place => country.Length == 0 || place.Country == country)
                .Select(place => place.Standing).Order().ToArray();
            long[] asked = standings.Length == 0 ? [-5] :
            [
                standings[0], standings[^1], standings[0] - 1, standings[^1] + 1,
                .. Enumerable.Range(0, 20).Select(_ => standings[random.Next(standings.Length)]),
            ];
            foreach (var standing in asked)
            {
                var better = standings.Count(other => other < standing);
                var rank = await challenges.Open.RankAsync(challenge, country, standing, default);
                Assert.That(rank, Is.EqualTo(better + 1), $"the rank of {standing} in '{country}'");
            }

            await AreCountersRightAsync(challenges, challenge, country, standings.Length);
            await IsListRightAsync(challenges, challenge, country, board);
        }

        return true;
    }

    private static async Task AreCountersRightAsync(ChallengeWorld challenges, int challenge, string country, int entries)
    {
        var of = $"challenge = {challenge} AND country = '{country}'";
        var board = country.Length == 0 ? "true" : $"e.country = '{country}'";
        var wrong = await challenges.ScalarAsync<long>(
            $"""
            SELECT count(*) FROM (
                SELECT low, entries, lead(low) OVER (ORDER BY low) AS past FROM challenge_interval WHERE {of}) i
            WHERE entries <> (SELECT count(*) FROM challenge_entry e WHERE e.challenge = {challenge} AND {board}
                AND e.standing >= i.low AND (i.past IS NULL OR e.standing < i.past))
            """);
        var tooLarge = await challenges.ScalarAsync<long>(
            $"""
            SELECT count(*) FROM (
                SELECT low, entries, lead(low) OVER (ORDER BY low) AS past FROM challenge_interval WHERE {of}) i
            WHERE entries > {IntervalCut.Most} AND past IS DISTINCT FROM low + 1
            """);
        var wrongGroups = await challenges.ScalarAsync<long>(
            $"""
            SELECT count(*) FROM (
                SELECT low, entries, lead(low) OVER (ORDER BY low) AS past FROM challenge_group WHERE {of}) g
            WHERE entries <> (SELECT coalesce(sum(entries), 0) FROM challenge_interval WHERE {of}
                AND low >= g.low AND (g.past IS NULL OR low < g.past))
                OR (SELECT count(*) FROM challenge_interval WHERE {of} AND low >= g.low AND (g.past IS NULL OR low < g.past)) > 210
            """);
        var total = await challenges.ScalarAsync<long>($"SELECT coalesce(sum(entries), 0) FROM challenge_group WHERE {of}");
        Assert.That((wrong, tooLarge, wrongGroups, total), Is.EqualTo((0L, 0L, 0L, (long)entries)), $"counters of '{country}'");
    }

    private static async Task IsListRightAsync(
        ChallengeWorld challenges, int challenge, string country, Dictionary<long, Place> board)
    {
        var wanted = board.Where(entry => country.Length == 0 || entry.Value.Country == country)
            .OrderBy(entry => entry.Value.Standing).ThenBy(entry => entry.Value.ReachedAt).ThenBy(entry => entry.Key)
            .Take(300).ToArray();
        var found = new List<ChallengeLine>();
        ChallengeCursor? after = null;
        for (var page = 0; page < 3 && (page == 0 || after is not null); page++)
        {
            var read = await challenges.Open.ReadAsync(challenge, country, 100, after, null, default);
            found.AddRange(read.Lines);
            after = read.Next;
        }

        Assert.That(found.Select(line => line.Athlete), Is.EqualTo(wanted.Select(entry => entry.Key)));
        Assert.That(
            found.Select(line => line.Rank),
            Is.EqualTo(wanted.Select(entry => 1 + Array.FindIndex(wanted, other => other.Value.Standing == entry.Value.Standing))));
    }

    /// <param name="Seed">Of all that is random.</param>
    /// <param name="Count">Athletes at most.</param>
    /// <param name="From">The first, when all are in a row.</param>
    /// <param name="Athletes">Of how many.</param>
    /// <param name="Spread">Scores from 1 to this: few make ties.</param>
    /// <param name="LeavingPercent">The others get a score.</param>
    private sealed record Batch(int Seed, int Count, int From, int Athletes, int Spread, int LeavingPercent);
}
