using System.Text.Json;
using Strava.Contracts.Messages;
using Strava.Contracts.Rest;
using Strava.Leaderboards.Tests.Running;

namespace Strava.Leaderboards.Tests.Challenges;

/// <summary>Reaching the goal is told once.</summary>
[Category("Integration")]
[Parallelizable]
public sealed class CompletionTests
{
    [Test]
    public async Task Reaching_the_goal_is_told_once_whatever_happens_afterwards()
    {
        await using var world = await World.CreateAsync();
        var challenges = new ChallengeWorld(world);
        var challenge = await challenges.NewAsync(ChallengeMetric.Distance, goal: -10_000_000);
        var runner = Guid.NewGuid();
        await challenges.JoinAsync(challenge, runner);
        var (first, second) = (Messages.Activity(runner, 6_000), Messages.Activity(runner, 5_000));
        await world.HandleAsync(first);
        await challenges.ApplyAllAsync();
        Assert.That(await world.CountAsync("outbox"), Is.Zero);

        await world.HandleAsync(second);
        await challenges.ApplyAllAsync();
        var told = JsonSerializer.Deserialize<ChallengeCompleted>(await challenges.ScalarAsync<string>("SELECT body::text FROM outbox"))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((told.AthleteId, told.Metric, told.Score, told.Goal), Is.EqualTo((runner, ChallengeMetric.Distance, 11_000_000L, 10_000_000L)));
            Assert.That((told.Activities, told.ReachedAt, told.Name), Is.EqualTo((2, second.StartedAt, "a challenge")));
        }

        // Below the goal and above it again; away and back; the same marks once more.
        await world.HandleAsync(Messages.Deleted(second));
        await challenges.ApplyAllAsync();
        await world.HandleAsync(Messages.Activity(runner, 20_000));
        await challenges.ApplyAllAsync();
        await challenges.LeaveAsync(challenge, runner);
        await challenges.ApplyAllAsync();
        await challenges.JoinAsync(challenge, runner);
        await challenges.ApplyAllAsync();
        Assert.That(await world.CountAsync("outbox"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_fastest_time_reaches_a_goal_from_above()
    {
        await using var world = await World.CreateAsync();
        var challenges = new ChallengeWorld(world);
        await challenges.NewAsync(ChallengeMetric.Fastest5K, goal: 1_500_000);
        var (slow, fast) = (Guid.NewGuid(), Guid.NewGuid());
        foreach (var (runner, milliseconds) in new[] { (slow, 1_500_001L), (fast, 1_500_000L) })
        {
            await challenges.JoinAsync(1, runner);
            await world.HandleAsync(Messages.Activity(runner, 6_000) with { Best5KmMilliseconds = milliseconds });
        }

        await challenges.ApplyAllAsync();
        Assert.That(await challenges.ScalarAsync<string>("SELECT string_agg(body->>'AthleteId', ',') FROM outbox"), Is.EqualTo($"{fast}"));
        Assert.That((await challenges.LinesAsync(1)).Select(line => line.Standing), Is.EqualTo(new[] { 1_500_000L, 1_500_001L }));
    }
}
