using Strava.Leaderboards.Clubs;
using Strava.Leaderboards.Tests.Running;

namespace Strava.Leaderboards.Tests.Clubs;

[Category("Integration")]
[Parallelizable]
public class ClubMembershipTests
{
    [Test]
    public async Task Joins_and_leaves_are_counted_once_and_their_versions_go_on()
    {
        await using var world = await ClubWorld.CreateAsync();
        var club = await world.MakeAsync();
        var athletes = Enumerable.Range(0, 20).Select(_ => Guid.NewGuid()).ToArray();
        await ThriceAsync(athletes, athlete => world.JoinAsync(club, athlete));
        using var directory = new ClubDirectory(world.World.Database);
        Assert.That((await directory.ShowAsync(club.Id, athletes[0], default))!.Members, Is.EqualTo(20));

        await ThriceAsync(athletes[..5], athlete => world.LeaveAsync(club, athlete));
        var shown = (await directory.ShowAsync(club.Id, athletes[0], default))!;
        Assert.That((shown.Members, shown.IsMember), Is.EqualTo((15L, false)));
        await world.JoinAsync(club, athletes[0]);
        await using var command = world.World.Database.CreateCommand(
            "SELECT version FROM club_member JOIN athlete_number ON number = athlete WHERE athlete_id = $1");
        command.Parameters.Add(new() { Value = athletes[0] });
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(3L));

        static Task ThriceAsync(Guid[] athletes, Func<Guid, Task> act) =>
            Task.WhenAll(athletes.SelectMany(athlete => Enumerable.Range(0, 3).Select(_ => act(athlete))));
    }

    [Test]
    public async Task A_hundred_clubs_are_the_most_even_for_one_who_asks_for_all_at_once()
    {
        await using var world = await ClubWorld.CreateAsync();
        var athlete = Guid.NewGuid();
        var clubs = new List<KnownClub>();
        for (var i = 0; i < ClubMembership.MaxClubs + 5; i++)
        {
            clubs.Add(await world.MakeAsync());
        }

        var outcomes = await Task.WhenAll(clubs.Select(club => world.JoinAsync(club, athlete)));
        Assert.That(outcomes.Count(outcome => outcome == MembershipOutcome.Done), Is.EqualTo(ClubMembership.MaxClubs));
        var joined = clubs[Array.IndexOf(outcomes, MembershipOutcome.Done)];
        var refused = clubs[Array.IndexOf(outcomes, MembershipOutcome.TooMany)];
        Assert.That(await world.JoinAsync(joined, athlete), Is.EqualTo(MembershipOutcome.Done), "is one already");
        await world.LeaveAsync(joined, athlete);
        Assert.That(await world.JoinAsync(refused, athlete), Is.EqualTo(MembershipOutcome.Done));

        // All of them at once, and no more than theirs.
        await world.World.HandleAsync(Messages.Activity(athlete, 1_000));
        await world.ApplyAllAsync();
        var entries = await world.BoardsAsync();
        Assert.That(
            entries.Count(entry => entry.Key.EndsWith("totals", StringComparison.Ordinal)),
            Is.EqualTo(ClubMembership.MaxClubs));
    }
}
