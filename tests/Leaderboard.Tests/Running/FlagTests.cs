using Strava.Core.Flags;
using Strava.Leaderboards.Flags;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>An athlete taken off the boards after the fact, and brought back.</summary>
[Category("Integration")]
[Parallelizable]
public class FlagTests
{
    [Test]
    public async Task A_flagged_athlete_goes_off_every_board_and_comes_back_exactly()
    {
        await using var world = await World.CreateAsync();
        var flags = new AthleteFlags(world.Database);
        var (cheat, honest) = (Guid.NewGuid(), Guid.NewGuid());
        List<object> history =
        [
            Messages.Profile(cheat, "SI", city: "Kranj"), Messages.Profile(honest, "SI", city: "Kranj"),
            .. new[] { 0, 1, 9, 40, 400, 1_500 }.SelectMany(ago => new[]
            {
                Messages.Activity(cheat, 50_000, day: Messages.Today.AddDays(-ago)),
                Messages.Activity(honest, 5, day: Messages.Today.AddDays(-ago)),
            }),
        ];
        await Task.WhenAll(history.Select(world.HandleAsync));
        await world.ApplyAllAsync();
        var before = await world.BoardsAsync();

        Assert.That(await flags.FlagAsync(cheat, "a car", default), Is.True);
        Assert.That(await flags.FlagAsync(cheat, "again", default), Is.False, "a repeat changes nothing");
        await world.ApplyAllAsync();
        Assert.That(await world.BoardsAsync(), Is.EquivalentTo(before.Where(entry => entry.Athlete == honest)));
        Assert.That((await flags.ListAsync(10, default)).Single(), Has.Property("Reason").EqualTo("a car"));

        // Life goes on, off the boards.
        var later = Messages.Activity(cheat, 70_000);
        history.Add(later);
        await world.HandleAsync(later);
        await world.HandleAsync(Messages.Profile(cheat, "US", version: 2));
        history.Add(Messages.Profile(cheat, "US", version: 2));
        await world.ApplyAllAsync();
        Assert.That((await world.BoardsAsync()).Select(entry => entry.Athlete).Distinct(), Is.EqualTo(new[] { honest }));

        Assert.That(await flags.UnflagAsync(cheat, default), Is.True);
        Assert.That(await flags.UnflagAsync(cheat, default), Is.False);
        await world.ApplyAllAsync();
        var back = BruteForce.Boards(history, TimeProvider.System.GetUtcNow(), await world.RolledAsync());
        Assert.That(await world.BoardsAsync(), Is.EquivalentTo(back));
    }

    [Test]
    public async Task The_last_one_on_the_boards_leaves_no_board_behind()
    {
        await using var world = await World.CreateAsync();
        var athlete = Guid.NewGuid();
        await world.HandleAsync(Messages.Activity(athlete, 10));
        await world.HandleAsync(Messages.Activity(athlete, 10, day: Messages.Today.AddDays(-35)));
        await world.ApplyAllAsync();
        await new AthleteFlags(world.Database).FlagAsync(athlete, "x", default);
        await world.ApplyAllAsync();
        Assert.That((await world.KeysAsync()).Where(key => !key.EndsWith(":fence", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task An_operators_words_are_read_and_said_back()
    {
        await using var world = await World.CreateAsync();
        var (flags, athlete, said) = (new AthleteFlags(world.Database), Guid.NewGuid(), new StringWriter());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await FlagAthlete.RunAsync(flags, ["--flag-athlete", $"{athlete}", "a car"], said), Is.Zero);
            Assert.That(await world.CountAsync("athlete_flag"), Is.EqualTo(1), "also one who has never been seen");
            Assert.That(await FlagAthlete.RunAsync(flags, ["--flag-athlete", $"{athlete}", "a car"], said), Is.Zero);
            Assert.That(await FlagAthlete.RunAsync(flags, ["--unflag-athlete", $"{athlete}"], said), Is.Zero);
            Assert.That(await world.CountAsync("athlete_flag"), Is.Zero);
            Assert.That(await FlagAthlete.RunAsync(flags, ["--flag-athlete", "me"], said), Is.EqualTo(2));
            Assert.That(
                $"{said}", Does.Contain("is flagged").And.Contain("flagged already").And.Contain("comes back").And.Contain("usage"));
        }
    }
}
