using Strava.Core.Leases;
using Strava.EventStore.Subscriptions;

namespace Strava.EventStore.Tests;

[Category("Integration")]
public sealed class SubscriptionControlTests
{
    [Test]
    public async Task While_it_is_paused_nobody_becomes_its_owner_and_the_last_one_moves_no_checkpoint()
    {
        await using var database = await StoreDatabase.CreateAsync();
        await database.StartAsync(Guid.CreateVersion7(), new CounterStarted("a"));
        var control = new SubscriptionControl(database.Source);
        var subscription = await OpenAsync(database);
        Assert.That(await subscription.ReadAsync(CancellationToken.None), Has.Count.EqualTo(1));

        await control.PauseAsync("test", CancellationToken.None);

        Assert.ThrowsAsync<LeaseLostException>(() => subscription.CommitAsync(CancellationToken.None));
        Assert.That(await AcquireAsync(database), Is.Null);
        Assert.That(await control.ListAsync(CancellationToken.None), Is.EqualTo(
            new[] { new SubscriptionStatus("test", Checkpoint: 0, Highest: 1, IsPaused: true, IsOwned: false) }));

        Assert.That(await control.ResumeAsync("test", CancellationToken.None), Is.True);
        Assert.That(await control.ResumeAsync("test", CancellationToken.None), Is.False);
        Assert.That(await (await OpenAsync(database)).ReadAsync(CancellationToken.None), Has.Count.EqualTo(1), "it repeats");
    }

    [Test]
    public async Task Rewound_it_hands_on_once_more_what_comes_after_the_number_even_under_a_running_owner()
    {
        await using var database = await StoreDatabase.CreateAsync();
        await database.StartAsync(Guid.CreateVersion7(), new CounterStarted("a"), new CounterRaised(1), new CounterRaised(2));
        var control = new SubscriptionControl(database.Source);
        var subscription = await OpenAsync(database);
        await subscription.ReadAsync(CancellationToken.None);
        await subscription.CommitAsync(CancellationToken.None);
        await database.StartAsync(Guid.CreateVersion7(), new CounterStarted("b"));
        await subscription.ReadAsync(CancellationToken.None);
        Assert.That(await subscription.ReadAsync(CancellationToken.None), Is.Empty, "caught up: it then commits at once");

        Assert.That(await control.RewindAsync("test", 1, CancellationToken.None), Is.True);

        Assert.ThrowsAsync<LeaseLostException>(() => subscription.CommitAsync(CancellationToken.None));
        var again = await (await OpenAsync(database)).ReadAsync(CancellationToken.None);
        Assert.That(again.Select(e => e.Sequence), Is.EqualTo(new[] { 2, 3, 4 }));
    }

    [Test]
    public async Task It_is_not_moved_forward_and_a_pause_outlives_a_rewind()
    {
        await using var database = await StoreDatabase.CreateAsync();
        await database.StartAsync(Guid.CreateVersion7(), new CounterStarted("a"));
        var control = new SubscriptionControl(database.Source);
        await OpenAsync(database);
        await control.PauseAsync("test", CancellationToken.None);

        Assert.That(await control.RewindAsync("test", 1, CancellationToken.None), Is.False);
        Assert.That(await control.RewindAsync("test", 0, CancellationToken.None), Is.True);

        Assert.That((await control.ListAsync(CancellationToken.None)).Single().IsPaused, Is.True);
        Assert.That(await AcquireAsync(database), Is.Null);
    }

    private static async Task<EventSubscription> OpenAsync(StoreDatabase database) => await EventSubscription.OpenAsync(
        database.Source, "test", (await AcquireAsync(database))!, CancellationToken.None);

    private static Task<LeaseTerm?> AcquireAsync(StoreDatabase database) =>
        new Lease(database.Source, "test", TimeSpan.FromMinutes(1)).TryAcquireAsync(CancellationToken.None);
}
