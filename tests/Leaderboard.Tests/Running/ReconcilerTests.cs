using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>What nobody has announced is found by looking, and set right.</summary>
[Category("Integration")]
[Parallelizable]
public class ReconcilerTests
{
    [Test]
    public async Task A_wrong_a_missing_and_a_foreign_entry_are_found_and_set_right()
    {
        await using var world = await World.CreateAsync();
        var athletes = Enumerable.Range(0, 30).Select(_ => Guid.NewGuid()).ToArray();
        await Task.WhenAll(athletes.SelectMany(athlete => new object[]
        {
            Messages.Profile(athlete, "SI", city: "Novo mesto"), Messages.Activity(athlete, 100),
        }).Select(world.HandleAsync));
        await world.ApplyAllAsync();
        var right = await world.BoardsAsync();
        var numbers = (await world.NumbersAsync()).Keys.Order().ToArray();

        const string AllTime = "leaderboard:{run:global:all}";
        await world.Eyes.SortedSetAddAsync(AllTime, BoardMember.Encode(numbers[0]), 65_537);
        await world.Eyes.SortedSetRemoveAsync("leaderboard:{run:city:novo%20mesto:all}", BoardMember.Encode(numbers[^1]));
        await world.Eyes.SortedSetAddAsync("leaderboard:{run:US:all}", BoardMember.Encode(numbers[3]), 65_537);
        await world.Eyes.SortedSetAddAsync("leaderboard:{ride:global:30d}", BoardMember.Encode(123_456_789), 65_537);

        var (reconciler, term, found) = (world.NewReconciler(), await world.ClaimAsync(), 0);
        for (var step = 0; step < 40 && found < 4; step++)
        {
            found += await reconciler.StepAsync(term, default);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(found, Is.EqualTo(4));
            Assert.That(await world.BoardsAsync(), Is.EquivalentTo(right));
        }
    }

    [Test]
    public async Task While_athletes_go_on_it_finds_nothing()
    {
        await using var world = await World.CreateAsync();
        var athletes = Enumerable.Range(0, 10).Select(_ => Guid.NewGuid()).ToArray();
        var (reconciler, term, random) = (world.NewReconciler(), await world.ClaimAsync(), new Random(5));
        for (var step = 0; step < 40; step++)
        {
            var arriving = Task.WhenAll(Enumerable.Range(0, 5).Select(_ => world.HandleAsync(Messages.Activity(
                random.GetItems(athletes, 1)[0], 10, day: Messages.Today.AddDays(-random.Next(0, 40))))));
            Assert.That(await reconciler.StepAsync(term, default), Is.Zero, $"step {step}");
            await world.Batches.ApplyAsync(term, default);
            await arriving;
        }
    }
}
