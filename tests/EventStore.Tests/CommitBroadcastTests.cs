using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Strava.EventStore.Subscriptions;
using Strava.Testing;

namespace Strava.EventStore.Tests;

[Category("Integration")]
public sealed class CommitBroadcastTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(15);

    [Test]
    public async Task A_commit_of_one_node_wakes_the_other_and_itself_once()
    {
        await using var database = await StoreDatabase.CreateAsync();
        using var here = new CommitSignal();
        using var there = new CommitSignal();
        using var first = await StartAsync(database, here);
        using var second = await StartAsync(database, there);
        await ListeningAsync(database, nodes: 2);

        here.Committed();
        var watch = Stopwatch.StartNew();
        await there.WaitAsync(Long, CancellationToken.None);
        TestContext.Out.WriteLine($"heard after {watch.Elapsed.TotalMilliseconds:0.0} ms");
        Assert.That(watch.Elapsed, Is.LessThan(Long), "the other node has heard it");

        watch.Restart();
        await here.WaitAsync(Long, CancellationToken.None);
        Assert.That(watch.Elapsed, Is.LessThan(Long), "its own subscriptions are woken without a round trip");
        watch.Restart();
        await here.WaitAsync(TimeSpan.FromMilliseconds(300), CancellationToken.None);
        Assert.That(watch.ElapsedMilliseconds, Is.GreaterThan(250), "its own voice does not wake it again");
    }

    [Test]
    public async Task A_lost_connection_is_made_again()
    {
        await using var database = await StoreDatabase.CreateAsync();
        using var here = new CommitSignal();
        using var there = new CommitSignal();
        using var first = await StartAsync(database, here);
        using var second = await StartAsync(database, there);
        await ListeningAsync(database, nodes: 2);

        // Waits for each end: a server process that was only told to go still counts as one that listens.
        var ended = await database.ScalarAsync<long>(
            """
            SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, timeout => 10000))
            FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()
            """);
        Assert.That(ended, Is.EqualTo(2));
        await ListeningAsync(database, nodes: 2);
        here.Committed();
        var watch = Stopwatch.StartNew();
        await there.WaitAsync(Long, CancellationToken.None);
        Assert.That(watch.Elapsed, Is.LessThan(Long));
    }

    private static async Task<CommitBroadcast> StartAsync(StoreDatabase database, CommitSignal signal)
    {
        var broadcast = new CommitBroadcast(database.Source, signal, NullLogger<CommitBroadcast>.Instance);
        await broadcast.StartAsync(CancellationToken.None);
        return broadcast;
    }

    private static Task ListeningAsync(StoreDatabase database, int nodes) => Eventually.HoldsAsync(async () => nodes == await database.ScalarAsync<long>(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND state = 'idle' AND datname = current_database()"));
}
