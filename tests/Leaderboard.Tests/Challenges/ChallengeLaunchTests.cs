using Microsoft.Extensions.Logging.Abstractions;
using Strava.Contracts.Rest;
using Strava.Leaderboards.Challenges;
using Strava.Leaderboards.Tests.Running;

namespace Strava.Leaderboards.Tests.Challenges;

/// <summary>Challenges are launched one by one, for some athletes first; and compared with the ledger.</summary>
[Category("Integration")]
[Parallelizable]
public sealed class ChallengeLaunchTests
{
    [Test]
    public async Task Entries_follow_the_rule_of_writes_and_a_kill_leaves_them_as_they_are()
    {
        await using var world = await World.CreateAsync();
        var challenges = new ChallengeWorld(world);
        var (one, other) = (
            await challenges.NewAsync(ChallengeMetric.Distance), await challenges.NewAsync(ChallengeMetric.Distance));
        var id = await challenges.ScalarAsync<string>($"SELECT id::text FROM challenge WHERE number = {one}");
        var (employee, athlete) = (Guid.NewGuid(), Guid.NewGuid());
        foreach (var (challenge, who) in new[] { (one, employee), (one, athlete), (other, athlete) })
        {
            await challenges.JoinAsync(challenge, who, "SI");
        }

        await world.HandleAsync(Messages.Activity(employee, 1_000));
        await world.HandleAsync(Messages.Activity(athlete, 2_000));

        await SetAsync("off");
        Assert.That(await EntriesAsync(), Is.EqualTo((0, 1)));

        challenges.Settings["Launch:Cohorts:employees:0"] = $"{employee}";
        await SetAsync("employees");
        Assert.That(await EntriesAsync(), Is.EqualTo((1, 1)));
        Assert.That((await challenges.LinesAsync(one)).Single().Standing, Is.EqualTo(-1_000_000));

        await SetAsync("all");
        Assert.That(await EntriesAsync(), Is.EqualTo((2, 1)), "what was not written meanwhile is there");

        challenges.Settings[$"Launch:Challenges:One:{id}:Kill"] = "true";
        await SetAsync("off");
        await world.HandleAsync(Messages.Activity(athlete, 500));
        Assert.That(await EntriesAsync(), Is.EqualTo((2, 1)), "killed, it stays as it is");
        Assert.That(await challenges.ScalarAsync<long>("SELECT count(*) FROM challenge_dirty"), Is.EqualTo(1), "and its mark waits");
        Assert.That((await challenges.LinesAsync(other)).Single().Standing, Is.EqualTo(-2_500_000));

        challenges.Settings[$"Launch:Challenges:One:{id}:Kill"] = "false";
        await SetAsync("all");
        Assert.That(await EntriesAsync(), Is.EqualTo((2, 1)));
        Assert.That((await challenges.LinesAsync(one))[0].Standing, Is.EqualTo(-2_500_000));

        Task SetAsync(string rule)
        {
            challenges.Settings[$"Launch:Challenges:One:{id}:Writes"] = rule;
            challenges.Settings.Reload();
            return Task.CompletedTask;
        }

        async Task<(int One, int Other)> EntriesAsync()
        {
            await challenges.ApplyAllAsync();
            return ((await challenges.LinesAsync(one)).Count, (await challenges.LinesAsync(other)).Count);
        }
    }

    [Test]
    public async Task The_comparison_names_what_differs_and_has_it_set_again()
    {
        await using var world = await World.CreateAsync();
        var challenges = new ChallengeWorld(world);
        var challenge = await challenges.NewAsync(ChallengeMetric.Distance);
        var id = Guid.Parse(await challenges.ScalarAsync<string>($"SELECT id::text FROM challenge WHERE number = {challenge}"));
        var athletes = Enumerable.Range(0, 20).Select(_ => Guid.NewGuid()).ToArray();
        foreach (var athlete in athletes)
        {
            await challenges.JoinAsync(challenge, athlete, "SI");
            await world.HandleAsync(Messages.Activity(athlete, 1_000));
        }

        using var comparer = new ChallengeComparer(
            world.Database, challenges.Launch, challenges.Switches, challenges.Time, NullLogger<ChallengeComparer>.Instance);
        Assert.That(await comparer.CompareAsync(challenge, id, default), Is.Zero, "what is marked is not judged");
        await challenges.ApplyAllAsync();
        Assert.That(await comparer.CompareAsync(challenge, id, default), Is.Zero);

        await challenges.ExecuteAsync("UPDATE challenge_entry SET activities = 9 WHERE athlete = (SELECT min(athlete) FROM challenge_entry)");
        await challenges.ExecuteAsync("DELETE FROM challenge_participant WHERE athlete = (SELECT max(athlete) FROM challenge_entry)");
        Assert.That(await comparer.CompareAsync(challenge, id, default), Is.EqualTo(2));
        await challenges.ApplyAllAsync();
        Assert.That(await comparer.CompareAsync(challenge, id, default), Is.Zero);
        Assert.That((await challenges.LinesAsync(challenge)).Count, Is.EqualTo(19));
    }
}
