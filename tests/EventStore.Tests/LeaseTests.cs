using Strava.Core.Leases;

namespace Strava.EventStore.Tests;

[Category("Integration")]
public sealed class LeaseTests
{
    [Test]
    public async Task One_owner_at_a_time_and_the_epoch_grows_with_each()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var (one, two) = (Of(database, seconds: 60), Of(database, seconds: 60));

        var first = await one.TryAcquireAsync(CancellationToken.None);
        Assert.That(await two.TryAcquireAsync(CancellationToken.None), Is.Null);

        await one.ReleaseAsync(first!, CancellationToken.None);
        var second = await two.TryAcquireAsync(CancellationToken.None);
        Assert.That(second!.Epoch, Is.EqualTo(first!.Epoch + 1));
        Assert.That(await one.RenewAsync(first, CancellationToken.None), Is.False);
        Assert.That(await two.RenewAsync(second, CancellationToken.None), Is.True);
    }

    [Test]
    public async Task A_dead_owner_is_followed_when_its_time_has_run_out()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var (dead, next) = (Of(database, seconds: 0.2), Of(database, seconds: 60));
        await dead.TryAcquireAsync(CancellationToken.None);

        await Testing.Eventually.HoldsAsync(async () => await next.TryAcquireAsync(CancellationToken.None) is not null);
    }

    private static Lease Of(StoreDatabase database, double seconds) => new(database.Source, "duty", TimeSpan.FromSeconds(seconds));
}
