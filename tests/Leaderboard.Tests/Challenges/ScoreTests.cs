using FsCheck;
using FsCheck.Fluent;
using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Leaderboards.Tests.Running;

namespace Strava.Leaderboards.Tests.Challenges;

/// <summary>From messages and participations to the board, against scores worked out here, for every metric.</summary>
[Category("Integration")]
[Parallelizable]
public sealed class ScoreTests
{
    private static readonly ChallengeMetric[] Metrics = Enum.GetValues<ChallengeMetric>();

    [Test]
    public async Task Boards_are_what_messages_and_participations_say()
    {
        await using var world = await World.CreateAsync();
        var challenges = new ChallengeWorld(world);
        var judged = 0;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(10),
            Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
            {
                judged += JudgeAsync(challenges, new Random(seed)).GetAwaiter().GetResult();
                return true;
            }));
        TestContext.Out.WriteLine($"{judged} boards judged");
    }

    [Test]
    public async Task A_streak_goes_by_the_days_that_the_athlete_lived()
    {
        await using var world = await World.CreateAsync();
        var challenges = new ChallengeWorld(world);
        var (from, to) = (new DateOnly(2026, 10, 20), new DateOnly(2026, 10, 31));
        var challenge = await challenges.NewAsync(ChallengeMetric.Streak, from: from, to: to);
        var runner = Guid.NewGuid();
        await challenges.JoinAsync(challenge, runner, "SI");

        // Clocks go back in Ljubljana in the night to the 25th: 23.5 h and 25.5 h lie between these starts. Then a
        // flight over the date line: the 28th is lived in Auckland and once more in Honolulu, in a later hour of UTC.
        foreach (var (utc, local) in new[]
        {
            ("2026-10-24T20:30:00Z", "2026-10-24"), ("2026-10-25T22:00:00Z", "2026-10-25"), ("2026-10-26T23:30:00Z", "2026-10-27"),
            ("2026-10-26T05:00:00Z", "2026-10-26"), ("2026-10-27T12:00:00Z", "2026-10-28"), ("2026-10-28T12:00:00Z", "2026-10-28"),
            ("2026-10-30T08:00:00Z", "2026-10-30"), ("2026-11-01T08:00:00Z", "2026-11-01"),
        })
        {
            await world.HandleAsync(Messages.Activity(runner, 1_000, day: DateOnly.Parse(local, null)) with
            {
                StartedAt = DateTimeOffset.Parse(utc, null),
            });
        }

        await challenges.ApplyAllAsync();
        var line = (await challenges.LinesAsync(challenge)).Single();
        Assert.That(-line.Standing, Is.EqualTo(5), "24th to 28th");
        Assert.That(
            await challenges.ScalarAsync<DateTime>($"SELECT reached_at AT TIME ZONE 'UTC' FROM challenge_entry WHERE challenge = {challenge}"),
            Is.EqualTo(new DateTime(2026, 10, 27, 12, 0, 0)),
            "the first activity of its last day");
    }

    [Test]
    public async Task Marks_that_change_while_they_are_applied_stay()
    {
        await using var world = await World.CreateAsync();
        var challenges = new ChallengeWorld(world);
        var challenge = await challenges.NewAsync(ChallengeMetric.Distance);
        var runner = Guid.NewGuid();
        await challenges.JoinAsync(challenge, runner);

        // Ten at once, each twice, while an applier runs.
        var activities = Enumerable.Range(1, 10).Select(i => Messages.Activity(runner, i * 100)).ToArray();
        var applying = Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await challenges.ApplyAllAsync();
            }
        });
        await Task.WhenAll(activities.Concat(activities).Select(activity => world.HandleAsync(activity)));
        await applying;
        await challenges.ApplyAllAsync();
        Assert.That((await challenges.LinesAsync(challenge)).Single().Standing, Is.EqualTo(-5_500_000));
    }

    private static async Task<int> JudgeAsync(ChallengeWorld challenges, Random random)
    {
        var athletes = Enumerable.Range(0, 12).Select(_ => Guid.NewGuid()).ToArray();
        var numbers = new List<(int Number, ChallengeMetric Metric)>();
        foreach (var metric in Metrics)
        {
            numbers.Add((await challenges.NewAsync(metric, sports: [Sport.Run]), metric));
        }

        var joined = new HashSet<(int, Guid)>();
        var ledger = new Dictionary<Guid, ActivitySummary>();
        for (var round = 0; round < 3; round++)
        {
            for (var step = 0; step < 40; step++)
            {
                await StepAsync(challenges, random, athletes, numbers, joined, ledger);
            }

            await challenges.ApplyAllAsync();
            foreach (var (number, metric) in numbers)
            {
                await CompareAsync(challenges, number, metric, joined, [.. ledger.Values]);
            }
        }

        return 3 * numbers.Count;
    }

    private static async Task StepAsync(
        ChallengeWorld challenges,
        Random random,
        Guid[] athletes,
        List<(int Number, ChallengeMetric Metric)> numbers,
        HashSet<(int, Guid)> joined,
        Dictionary<Guid, ActivitySummary> ledger)
    {
        var athlete = athletes[random.Next(athletes.Length)];
        var challenge = numbers[random.Next(numbers.Count)].Number;
        switch (random.Next(10))
        {
            case 0:
                await challenges.LeaveAsync(challenge, athlete);
                joined.Remove((challenge, athlete));
                break;
            case < 4:
                await challenges.JoinAsync(challenge, athlete, random.Next(2) == 0 ? "SI" : null);
                joined.Add((challenge, athlete));
                break;
            case 4 when ledger.Count > 0:
                var gone = ledger.Values.ElementAt(random.Next(ledger.Count));
                await challenges.World.HandleAsync(Messages.Deleted(gone));
                ledger.Remove(gone.ActivityId);
                break;
            case 5 when ledger.Count > 0:
                var old = ledger.Values.ElementAt(random.Next(ledger.Count));
                var edited = Made(random, old.AthleteId) with { ActivityId = old.ActivityId, Version = old.Version + 1 };
                await challenges.World.HandleAsync(edited);
                ledger[old.ActivityId] = edited;
                break;
            default:
                var made = Made(random, athlete);
                await challenges.World.HandleAsync(made);
                await challenges.World.HandleAsync(made);
                ledger[made.ActivityId] = made;
                break;
        }
    }

    // Few different figures, so that there are ties; some on days or of a sport that do not count.
    private static ActivitySummary Made(Random random, Guid athlete)
    {
        var day = Messages.Today.AddDays(random.Next(-13, 3));
        return Messages.Activity(
            athlete,
            1_000 * random.Next(0, 4),
            sport: random.Next(5) == 0 ? Sport.Ride : Sport.Run,
            visibility: (Visibility)random.Next(1, 4),
            day: day) with
        {
            StartedAt = new DateTimeOffset(day, new TimeOnly(random.Next(24), 0), TimeSpan.Zero),
            ElevationGainCentimeters = 100 * random.Next(0, 3),
            MovingMilliseconds = 1_000 * random.Next(1, 4),
            Best5KmMilliseconds = random.Next(3) == 0 ? null : 1_000 * random.Next(1_200, 1_204),
            Best10KmMilliseconds = random.Next(2) == 0 ? null : 1_000 * random.Next(2_400, 2_404),
        };
    }

    private static async Task CompareAsync(
        ChallengeWorld challenges, int number, ChallengeMetric metric, HashSet<(int, Guid)> joined, ActivitySummary[] ledger)
    {
        var (from, to) = (Messages.Today.AddDays(-10), Messages.Today.AddDays(20));
        var wanted = joined.Where(participation => participation.Item1 == number)
            .Select(participation => (Athlete: participation.Item2, Place: BruteScore.Of(
                metric,
                [
                    .. ledger.Where(activity => activity.AthleteId == participation.Item2 && activity.Sport == Sport.Run
                        && activity.LocalDate >= from && activity.LocalDate <= to),
                ])))
            .Where(entry => entry.Place is not null)
            .Select(entry => (entry.Athlete, entry.Place!.Value.Standing, entry.Place.Value.ReachedAt)).ToArray();
        var ids = await challenges.World.NumbersAsync();
        var found = await challenges.LinesAsync(number, size: 3);
        Assert.That(
            found.Select(line => (ids[line.Athlete], line.Standing)),
            Is.EquivalentTo(wanted.Select(entry => (entry.Athlete, entry.Standing))),
            $"{metric}");
        Assert.That(
            found.Select(line => line.Rank),
            Is.EqualTo(found.Select(line => 1L + wanted.Count(entry => entry.Standing < line.Standing))),
            $"{metric}");
        var reached = wanted.ToDictionary(entry => entry.Athlete, entry => entry.ReachedAt);
        Assert.That(
            found.Zip(found.Skip(1)).All(pair => pair.First.Standing < pair.Second.Standing
                || reached[ids[pair.First.Athlete]] <= reached[ids[pair.Second.Athlete]]),
            $"{metric}: ties by who got there first");
    }
}
