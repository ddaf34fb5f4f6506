using Npgsql;
using Strava.Core.Leases;
using Strava.EventStore.Subscriptions;
using Strava.Testing;

namespace Strava.EventStore.Tests;

[Category("Integration")]
public sealed class EventSubscriptionTests
{
    [Test]
    public async Task An_event_that_commits_after_a_higher_number_is_delivered_and_never_skipped()
    {
        await using var database = await StoreDatabase.CreateAsync();
        await using var slow = await database.OpenAsync();
        var late = await StartButDoNotCommitAsync(database, slow);
        await database.StartAsync(Guid.CreateVersion7(), new CounterStarted("quick"));
        var subscription = await OpenAsync(database);

        var first = await subscription.ReadAsync(CancellationToken.None);
        await subscription.CommitAsync(CancellationToken.None);
        Assert.That(first.Select(e => e.Sequence), Is.EqualTo(new[] { 2 }), "the visible one is not held back by the gap");
        Assert.That(await CheckpointAsync(database), Is.Zero, "the checkpoint stays below the gap");

        await late.CommitAsync();
        var second = await subscription.ReadAsync(CancellationToken.None);
        await subscription.CommitAsync(CancellationToken.None);
        Assert.That(second.Select(e => e.Sequence), Is.EqualTo(new[] { 1 }));
        Assert.That(await CheckpointAsync(database), Is.EqualTo(2));
    }

    [Test]
    public async Task A_rolled_back_number_does_not_hold_the_checkpoint()
    {
        await using var database = await StoreDatabase.CreateAsync();
        await using var slow = await database.OpenAsync();
        var late = await StartButDoNotCommitAsync(database, slow);
        await database.StartAsync(Guid.CreateVersion7(), new CounterStarted("quick"));
        await late.RollbackAsync();
        var subscription = await OpenAsync(database);

        await Eventually.HoldsAsync(async () =>
        {
            await subscription.ReadAsync(CancellationToken.None);
            await subscription.CommitAsync(CancellationToken.None);
            return await CheckpointAsync(database) == 2;
        });
    }

    [Test]
    public async Task A_new_owner_repeats_from_the_checkpoint()
    {
        await using var database = await StoreDatabase.CreateAsync();
        await database.StartAsync(Guid.CreateVersion7(), new CounterStarted("a"), new CounterRaised(1));
        var first = await OpenAsync(database);
        Assert.That(await first.ReadAsync(CancellationToken.None), Has.Count.EqualTo(2));

        // It dies before it commits.
        var second = await OpenAsync(database, "other");
        Assert.That(await second.ReadAsync(CancellationToken.None), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task An_owner_whose_lease_was_taken_over_moves_no_checkpoint()
    {
        await using var database = await StoreDatabase.CreateAsync();
        await database.StartAsync(Guid.CreateVersion7(), new CounterStarted("a"));
        var zombie = await OpenAsync(database);
        await zombie.ReadAsync(CancellationToken.None);
        await database.ExecuteAsync("UPDATE lease SET expires_at = '-infinity'");
        Assert.That(await database.TermAsync(), Is.Not.Null, "another node takes over");

        Assert.ThrowsAsync<LeaseLostException>(() => zombie.CommitAsync(CancellationToken.None));
        Assert.That(await CheckpointAsync(database), Is.Zero);
    }

    [Test]
    public async Task Nothing_is_missed_under_many_writers_delays_and_rollbacks()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var subscription = await OpenAsync(database);
        var seen = new List<StoredEvent>();
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            for (var idle = 0; idle < 20;)
            {
                var events = await subscription.ReadAsync(CancellationToken.None);
                seen.AddRange(events);
                await subscription.CommitAsync(CancellationToken.None);
                idle = stop.IsCancellationRequested && events.Count == 0 ? idle + 1 : 0;
                await Task.Delay(2);
            }
        });

        var naive = await WriteAsync(database, writers: 16, streamsEach: 40);
        await stop.CancelAsync();
        await reading.WaitAsync(TimeSpan.FromSeconds(60));

        var committed = await database.ScalarAsync<long>("SELECT count(*) FROM mt_events");
        Assert.That(seen.Select(e => e.Sequence).Distinct().Count(), Is.EqualTo(committed));
        Assert.That(seen, Has.Count.EqualTo(committed), "within one term nothing is delivered twice");
        Assert.That(
            seen.GroupBy(e => e.StreamId).All(stream => stream.Select(e => e.Version).SequenceEqual(stream.Select(e => e.Version).Order())),
            "order within each stream");
        Assert.That(naive, Is.LessThan(committed), "the naive poller loses some, or this test does not bite");
    }

    /// <returns>How many events a poller by highest number saw meanwhile.</returns>
    private static async Task<long> WriteAsync(StoreDatabase database, int writers, int streamsEach)
    {
        using var done = new CancellationTokenSource();
        var naive = Task.Run(async () =>
        {
            var (last, count) = (0L, 0L);
            while (!done.IsCancellationRequested)
            {
                await using var command = database.Source.CreateCommand("SELECT seq_id FROM mt_events WHERE seq_id > $1 ORDER BY 1");
                command.Parameters.Add(new() { Value = last });
                await using var rows = await command.ExecuteReaderAsync();
                while (await rows.ReadAsync())
                {
                    (last, count) = (rows.GetInt64(0), count + 1);
                }
            }

            return count;
        });
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => WriteStreamsAsync(database, writer, streamsEach)));
        await Task.Delay(300);
        await done.CancelAsync();
        return await naive;
    }

    private static async Task WriteStreamsAsync(StoreDatabase database, int writer, int streams)
    {
        var random = new Random(writer);
        for (var i = 0; i < streams; i++)
        {
            await using var session = await database.OpenAsync();
            var open = await StartButDoNotCommitAsync(database, session, random.Next(1, 4));
            await Task.Delay(random.Next(0, 8));
            if (random.Next(10) == 0)
            {
                await open.RollbackAsync();
            }
            else
            {
                await open.CommitAsync();
            }
        }
    }

    /// <summary>Sends everything but the COMMIT.</summary>
    private static async Task<OpenTransaction> StartButDoNotCommitAsync(StoreDatabase database, EventSession session, int events = 1)
    {
        _ = database;
        session.StartStream(Guid.CreateVersion7(), [.. Enumerable.Range(0, events).Select(n => new CounterRaised(n))]);
        session.Batch.BatchCommands.Insert(0, new NpgsqlBatchCommand("BEGIN"));
        await session.SaveChangesAsync(CancellationToken.None);
        return new OpenTransaction(session.Batch.Connection!);
    }

    private static async Task<EventSubscription> OpenAsync(StoreDatabase database, string lease = "test") =>
        await EventSubscription.OpenAsync(database.Source, "test", await database.TermAsync(lease), CancellationToken.None);

    private static Task<long> CheckpointAsync(StoreDatabase database) =>
        database.ScalarAsync<long>("SELECT last_seq_id FROM mt_event_progression WHERE name = 'test:All'");

    private sealed record OpenTransaction(NpgsqlConnection Connection)
    {
        public Task CommitAsync() => ExecuteAsync("COMMIT");

        public Task RollbackAsync() => ExecuteAsync("ROLLBACK");

        private async Task ExecuteAsync(string sql)
        {
            await using var command = Connection.CreateCommand();
#pragma warning disable CA2100 // One of the two words above.
            command.CommandText = sql;
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }
    }
}
