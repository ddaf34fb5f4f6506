using Strava.Testing;

namespace Strava.Activities.Tests;

/// <summary>
/// Two nodes, one relay: what its owner was publishing when it was killed or frozen is told all the same. What is
/// counted is what a subscriber got; "no error was logged" would look the same for a loss.
/// </summary>
[Category("Integration")]
[Parallelizable]
public sealed class RelayNodesTests
{
    private const int Activities = 3_000;

    // The lease of a dead owner runs out after 8 s; the rest is work on a loaded machine.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Test]
    public async Task An_owner_killed_in_the_middle_of_a_batch_is_followed_and_nothing_is_lost()
    {
        await using var world = await RelayWorld.OpenAsync();
        await world.RecordAsync(Activities);
        var owner = await world.StartNodeAsync();
        await world.BeginsAsync();
        await owner.KillAsync();

        var told = await world.ReceiveAsync();
        Assert.That(told, Is.LessThan(Activities), "it was in the middle");
        var atKill = await world.ProgressAsync();
        await world.StartNodeAsync();
        await AllToldAsync(world);

        var atEnd = await world.ProgressAsync();
        TestContext.Out.WriteLine(
            $"{told} told and the checkpoint at {atKill.Checkpoint} of {atKill.Highest} at the kill; "
            + $"{world.Told.Values.Count(times => times > 1)} told twice");
        Assert.That(atEnd.Epoch, Is.GreaterThan(atKill.Epoch));
    }

    [Test]
    public async Task A_frozen_owner_is_followed_and_when_it_wakes_moves_no_checkpoint()
    {
        await using var world = await RelayWorld.OpenAsync();
        await world.RecordAsync(Activities);
        var frozen = await world.StartNodeAsync();
        await world.BeginsAsync();
        frozen.Freeze();
        var atFreeze = await world.ProgressAsync();
        Assert.That(atFreeze.Checkpoint, Is.LessThan(atFreeze.Highest), "it was in the middle");

        await world.StartNodeAsync();
        await AllToldAsync(world);
        var before = await world.ProgressAsync();
        Assert.That(before.Epoch, Is.EqualTo(atFreeze.Epoch + 1));

        frozen.Thaw();
        // Two renewals of a lease: by then it has seen that the lease is another's.
        await Task.Delay(TimeSpan.FromSeconds(5));
        Assert.That(await world.ProgressAsync(), Is.EqualTo(before), "the zombie moves nothing");

        await world.ReceiveAsync();
        TestContext.Out.WriteLine($"{world.Told.Values.Count(times => times > 1)} told twice");
        await world.RecordAsync(1);
        await AllToldAsync(world, Activities + 1);
        Assert.That((await world.ProgressAsync()).Epoch, Is.EqualTo(before.Epoch), "the same owner as before");
    }

    [Test]
    public async Task An_operator_pauses_resumes_and_rewinds_a_running_relay()
    {
        await using var world = await RelayWorld.OpenAsync();
        await world.RecordAsync(3);
        await world.StartNodeAsync();
        await AllToldAsync(world, 3);

        Assert.That(await world.CommandAsync("relay", "pause"), Is.Zero);
        // Its owner hears it within one renewal.
        await Task.Delay(TimeSpan.FromSeconds(3));
        await world.RecordAsync(2);
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.That(await world.ReceiveAsync(), Is.EqualTo(3), "nothing is told while it is paused");

        Assert.That(await world.CommandAsync("relay", "resume"), Is.Zero);
        await AllToldAsync(world, 5);
        Assert.That(await world.CommandAsync("relay", "rewind", "0"), Is.Zero);
        await Eventually.HoldsAsync(
            async () => await world.ReceiveAsync() == 5 && world.Told.Values.All(times => times > 1), Patience, "all once more");
        Assert.That(await world.CommandAsync("relay", "rewind", "1000"), Is.EqualTo(1), "never forward");
        Assert.That(await world.CommandAsync("nobody", "pause"), Is.EqualTo(1));
    }

    private static async Task AllToldAsync(RelayWorld world, int activities = Activities)
    {
        await Eventually.GivesAsync(world.ReceiveAsync, told => told == activities, Patience);
        await Eventually.GivesAsync(world.ProgressAsync, progress => progress.Checkpoint == progress.Highest, Patience);
    }
}
