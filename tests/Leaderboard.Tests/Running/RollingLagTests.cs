using System.Net.Http.Json;
using Strava.Contracts.Messages;
using Strava.Contracts.Rest;
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>
/// How far rolling windows lag behind the clock, by what a running service says of itself; alone, for it is about time.
/// </summary>
[Category("Integration")]
public sealed class RollingLagTests
{
    private static readonly TimeSpan MostLag = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(5);

    [Test]
    public async Task What_turns_24_hours_old_leaves_its_board_which_is_never_two_seconds_behind()
    {
        await using var world = await World.CreateAsync();
        await using var host = await world.HostAsync();
        var me = Guid.NewGuid();
        using var client = host.ClientOf(me);
        await host.PublishAsync(Started(me, TimeProvider.System.GetUtcNow().AddHours(-1)));
        await Eventually.HoldsAsync(async () => await BoardAsync() is { Viewer: not null, Board.Stale: false });

        var leaves = TimeProvider.System.GetUtcNow().AddSeconds(3);
        var leaving = Guid.NewGuid();
        await host.PublishAsync(Started(leaving, leaves.AddHours(-24)));

        // A machine that stands still makes a window of some seconds begin anew, but a service that lags has none.
        var (lies, worst) = (0, TimeSpan.Zero);
        DateTimeOffset? since = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                var asked = TimeProvider.System.GetUtcNow();
                var board = await BoardAsync();
                var lag = asked - board.Board.AsOf;
                worst = lag > worst ? lag : worst;
                since = lag > MostLag || board.Board.Stale ? null : since ?? asked;
                lies += board.Board.AsOf >= leaves && board.Entries.Any(entry => entry.AthleteId == leaving) ? 1 : 0;
                return asked - since > Watched && asked > leaves + MostLag;
            },
            TimeSpan.FromSeconds(60));
        Assert.That(lies, Is.Zero, "answers that say to be of later and show who had left");
        Assert.That((await BoardAsync()).Entries.Select(entry => entry.AthleteId), Is.EqualTo(new[] { me }));
        TestContext.Out.WriteLine($"at most {worst.TotalSeconds:0.00} s behind");

        async Task<PlaceBoard> BoardAsync() => (await client.GetFromJsonAsync<PlaceBoard>(
            new Uri("/leaderboards/RUN?window=24h", UriKind.Relative)))!;

        static ActivitySummary Started(Guid athlete, DateTimeOffset at) =>
            Messages.Activity(athlete, 1_000, day: DateOnly.FromDateTime(at.UtcDateTime)) with { StartedAt = at };
    }
}
