using Strava.Leaderboards.Clubs;
using Strava.Leaderboards.Tests.Running;

namespace Strava.Leaderboards.Tests.Clubs;

[Category("Integration")]
[Parallelizable]
public class ClubComparisonTests
{
    [Test]
    public async Task It_finds_what_is_wrong_missing_or_too_much_and_nothing_where_all_is_right()
    {
        await using var world = await ClubWorld.CreateAsync();
        var (club, athletes) = (await world.MakeAsync(), Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToArray());
        foreach (var athlete in athletes)
        {
            await world.World.HandleAsync(Messages.Activity(athlete, 1_000));
            await world.JoinAsync(club, athlete);
        }

        await world.LeaveAsync(club, athletes[4]);
        await world.ApplyAllAsync();
        var differences = await world.Comparison.CompareAsync(club, default);
        Assert.That(differences.Sum(board => board.Wrong.Count), Is.Zero);
        Assert.That(differences.Sum(board => board.Compared), Is.EqualTo(8), "four members, this week and last");

        var numbers = (await world.World.NumbersAsync()).ToDictionary(one => one.Value, one => one.Key);
        var board = new ClubBoardKey(club.Number, ClubWeek.Find("this", Messages.Today));
        var right = await world.BoardsAsync();
        await world.World.Eyes.SortedSetAddAsync(board.Scores(ClubColumn.Find("elevation")!), Member(athletes[0]), 7);
        await world.World.Eyes.SortedSetRemoveAsync(board.Scores(ClubColumn.Distance), Member(athletes[1]));
        await world.World.Eyes.SortedSetAddAsync(board.Scores(ClubColumn.Distance), Member(athletes[4]), 1);
        var wrong = (await world.Comparison.CompareAsync(club, default)).Single(one => one.Wrong.Count > 0).Wrong;
        Assert.That(
            wrong.Keys, Is.EquivalentTo(new[] { numbers[athletes[0]], numbers[athletes[1]], numbers[athletes[4]] }));

        // Marked, they are no longer counted as wrong, and then set again. Who has never had a row in this club stays
        // out.
        await world.Marks.AddAsync(club.Number, [.. wrong.Keys], default);
        Assert.That((await world.Comparison.CompareAsync(club, default)).Sum(one => one.Wrong.Count), Is.Zero);
        await world.ApplyAllAsync();
        Assert.That(await world.BoardsAsync(), Is.EquivalentTo(right));

        byte[] Member(Guid athlete) => [.. BitConverter.GetBytes(numbers[athlete]).Reverse()];
    }
}
