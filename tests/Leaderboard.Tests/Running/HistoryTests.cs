using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Contracts.Sports;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>
/// Whatever happens to activities and profiles, and however their messages arrive, the boards equal the brute-force
/// sums.
/// </summary>
[Category("Integration")]
[Parallelizable]
public class HistoryTests
{
    private const int Histories = 60;
    private static readonly int[] DaysAgo =
        [0, 0, 1, 7, 8, 9, 10, 11, 14, 15, 35, 42, 43, 60, 380, 460, 1_000, 1_400, 1_500];
    private static readonly string?[] Countries = ["US", "SI", null];
    private static readonly string?[] Cities = ["New York", " new  YORK ", "Łódź", "a:b}{*", null];

    [Test]
    public async Task Any_order_of_arrival_with_repeats_gives_the_same_boards()
    {
        await using var world = await World.CreateAsync();
        var entries = 0;
        for (var seed = 1; seed <= Histories; seed++)
        {
            await world.ForgetAllAsync();
            var random = new Random(seed);
            var history = History(random);
            var arriving = history.Concat(random.GetItems(history, history.Length / 4)).ToArray();
            random.Shuffle(arriving);

            // Four at a time, as the bus delivers them, and the applier runs in between and beside them.
            foreach (var some in arriving.Chunk(4))
            {
                var applying = random.Next(3) == 0 ? world.ApplyAllAsync() : Task.CompletedTask;
                await Task.WhenAll([applying, .. some.Select(world.HandleAsync)]);
            }

            await world.ApplyAllAsync();
            var expected = BruteForce.Boards(history, TimeProvider.System.GetUtcNow(), await world.RolledAsync());
            var boards = await world.BoardsAsync();
            Assert.That(boards.Except(expected), Is.Empty, $"too much on the boards, seed {seed}");
            Assert.That(expected.Except(boards), Is.Empty, $"missing on the boards, seed {seed}");
            Assert.That(await world.CountAsync("board_dirty"), Is.Zero, $"marks left, seed {seed}");
            entries += expected.Count;
        }

        TestContext.Out.WriteLine($"{Histories} histories, {entries} entries compared");
        Assert.That(entries, Is.GreaterThan(Histories * 5), "the histories say something");
    }

    private static object[] History(Random random)
    {
        var athletes = Enumerable.Range(0, 3).Select(_ => Guid.NewGuid()).ToArray();
        var messages = new List<object>();
        foreach (var athlete in athletes)
        {
            for (var version = 1; version <= random.Next(0, 4); version++)
            {
                var country = Countries[random.Next(Countries.Length)];
                var region = country is null ? null : $"{country}-{random.Next(1, 3)}";
                messages.Add(Messages.Profile(athlete, country, version, region, Cities[random.Next(Cities.Length)]));
            }

            for (var activity = 0; activity < random.Next(1, 5); activity++)
            {
                AddActivity(messages, athlete, random);
            }
        }

        return [.. messages];
    }

    private static void AddActivity(List<object> messages, Guid athlete, Random random)
    {
        var id = Guid.NewGuid();
        var versions = random.Next(1, 4);
        for (var version = 1; version <= versions; version++)
        {
            messages.Add(Messages.Activity(
                athlete,
                meters: random.Next(0, 50_000),
                id,
                version,
                random.Next(2) == 0 ? Sport.Run : Sport.Ride,
                (Visibility)random.Next(1, 4) is var any && random.Next(2) == 0 ? any : Visibility.Everyone,
                Messages.Today.AddDays(-DaysAgo[random.Next(DaysAgo.Length)]))
                with
            { DistanceMillimeters = random.Next(10, 50_000_000) });
        }

        if (random.Next(4) == 0)
        {
            messages.Add(new ActivityDeleted { ActivityId = id, AthleteId = athlete, Version = versions + 1 });
        }
    }
}
