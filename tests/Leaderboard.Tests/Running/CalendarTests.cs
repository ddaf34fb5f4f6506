using System.Globalization;
using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Contracts.Sports;
using Strava.Leaderboards.Applying;
using Strava.Leaderboards.Ledgers;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>
/// Weeks in the life of some athletes who move between places, at turns of the year, leap days and the edges of
/// retention. The applier's changes are kept in memory, because Redis has a clock of its own.
/// </summary>
[Category("Integration")]
[Parallelizable(ParallelScope.All)]
public class CalendarTests
{
    private const int Steps = 14;
    private static readonly string?[] Countries = ["US", "SI", null];
    private static readonly string?[] Cities = ["Novo Mesto", " novo  MESTO", "Paris", "Łódź", null];
    private static readonly int[] DaysAgo =
        [0, 0, 1, 2, 7, 8, 9, 10, 34, 41, 42, 43, 60, 365, 426, 427, 456, 1095, 1400, 1461];

    [TestCase("2020-12-30", Description = "a year of 53 weeks ends")]
    [TestCase("2024-02-28", Description = "a leap day comes")]
    [TestCase("2024-12-28", Description = "a week of the next year begins in this one")]
    [TestCase("2027-02-26", Description = "months and years ago there was a leap day")]
    [TestCase("2026-10-30")]
    public async Task Boards_are_right_while_time_goes_on_and_athletes_move(string start)
    {
        await using var world = await World.CreateAsync();
        var compared = 0;
        for (var seed = 1; seed <= 8; seed++)
        {
            await world.ForgetAllAsync();
            var from = new DateTimeOffset(DateTime.Parse(start, CultureInfo.InvariantCulture), TimeSpan.Zero);
            await world.SetRolledAsync(from);
            compared += await LiveAsync(world, from, new Random(seed));
        }

        TestContext.Out.WriteLine($"{compared} entries compared");
        Assert.That(compared, Is.GreaterThan(1_000), "the lives say something");
    }

    private static async Task<int> LiveAsync(World world, DateTimeOffset start, Random random)
    {
        var time = new ManualTime(start);
        var profiles = new Profiles(world.Database, time);
        var batches = new BoardBatches(world.Database, world.Redis, time);
        var marks = new BoardMarks(world.Database);
        var athletes = Enumerable.Range(0, 3).Select(_ => Guid.NewGuid()).ToArray();
        var (messages, homes, boards, compared) =
            (new List<object>(), new List<Residence>(), new Dictionary<(string, long), long>(), 0);
        for (var step = 1; step <= Steps; step++)
        {
            foreach (var athlete in athletes)
            {
                if (random.Next(3) == 0)
                {
                    var country = random.GetItems(Countries, 1)[0];
                    var region = country is null ? null : $"{country}-{random.Next(1, 3)}";
                    var profile = Messages.Profile(athlete, country, step, region, random.GetItems(Cities, 1)[0]);
                    homes.Add(new Residence(athlete, time.Now, profile.Country, profile.Region, profile.City));
                    await profiles.RecordAsync(profile, default);
                }

                var today = DateOnly.FromDateTime(time.Now.UtcDateTime);
                foreach (var message in Change(messages, athlete, step, today, random))
                {
                    messages.Add(message);
                    await world.HandleAsync(message);
                }
            }

            if (random.Next(3) > 0 || step == Steps)
            {
                await ApplyAsync(world, batches, marks, boards, time.Now);
                var names = await world.NumbersAsync();
                var kept = boards.Where(entry => !IsExpired(entry.Key.Item1, time.Now))
                    .Select(entry => (entry.Key.Item1, names[entry.Key.Item2], entry.Value)).ToHashSet();
                var expected = BruteForce.Boards(messages, homes, time.Now, rolled: time.Now);
                Assert.That(kept.Except(expected), Is.Empty, $"too much, step {step}");
                Assert.That(expected.Except(kept), Is.Empty, $"missing, step {step}");
                compared += expected.Count;
            }

            time.Now += TimeSpan.FromHours(random.Next(1, 40));
        }

        return compared;
    }

    /// <summary>A new activity, or another version of an old one, or its end.</summary>
    private static IEnumerable<object> Change(
        List<object> messages, Guid athlete, int step, DateOnly today, Random random)
    {
        var mine = messages.OfType<ActivitySummary>().Where(activity => activity.AthleteId == athlete).ToArray();
        var old = mine.Length > 0 && random.Next(3) == 0 ? random.GetItems(mine, 1)[0] : null;
        if (old is not null && random.Next(3) == 0)
        {
            yield return Messages.Deleted(old, version: 1_000);
            yield break;
        }

        yield return Messages.Activity(
            athlete,
            random.Next(1, 50_000),
            old?.ActivityId,
            version: step,
            random.Next(2) == 0 ? Sport.Run : Sport.Ride,
            random.Next(5) == 0 ? Visibility.Friends : Visibility.Everyone,
            today.AddDays(-random.GetItems(DaysAgo, 1)[0]));
    }

    private static async Task ApplyAsync(
        World world,
        BoardBatches batches,
        BoardMarks marks,
        Dictionary<(string, long), long> boards,
        DateTimeOffset now)
    {
        var term = await world.ClaimAsync();
        await world.Rolling.RollAsync(term, now, default);
        while (await batches.PlanAsync(term, default) is { Marks.Count: > 0 } batch)
        {
            foreach (var change in batch.Changes)
            {
                boards.Remove((change.Board.Scores, change.Athlete));
                if (change.Score > 0)
                {
                    boards.Add((change.Board.Scores, change.Athlete), change.Score);
                }
            }

            await marks.RemoveAsync(batch.Marks, default);
        }
    }

    // By the period that stands at the end of the key: what Redis drops by itself.
    private static bool IsExpired(string key, DateTimeOffset now)
    {
        var words = key.TrimEnd('}').Split(':');
        var (window, period) = (words[^2], words[^1]);
        if (period is "all" or "24h" or "7d" or "30d")
        {
            return false;
        }

        var end = window switch
        {
            "day" => DateTime.Parse(period, CultureInfo.InvariantCulture).AddDays(1),
            "week" => ISOWeek.ToDateTime(
                int.Parse(period[..4], CultureInfo.InvariantCulture),
                int.Parse(period[6..], CultureInfo.InvariantCulture),
                DayOfWeek.Monday).AddDays(7),
            "month" => DateTime.Parse(period + "-01", CultureInfo.InvariantCulture).AddMonths(1),
            _ => DateTime.Parse(period + "-01-01", CultureInfo.InvariantCulture).AddYears(1),
        };
        var closed = new DateTimeOffset(end.AddHours(12), TimeSpan.Zero);
        return now >= window switch
        {
            "day" => closed.AddDays(8),
            "week" => closed.AddDays(35),
            "month" => closed.AddMonths(14),
            _ => closed.AddYears(3),
        };
    }
}
