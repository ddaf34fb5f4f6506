using Npgsql;

namespace Strava.EventStore.Tests;

[Category("Integration")]
public sealed class BulkAppendTests
{
    [Test]
    public async Task Batches_that_share_streams_and_appends_between_them_write_each_stream_once()
    {
        await using var database = await StoreDatabase.CreateAsync();
        Guid[] ids = [.. Enumerable.Range(0, 300).Select(_ => Guid.CreateVersion7())];
        await database.StartAsync(ids[7], new CounterStarted("there before"));

        // Four at once, each over all streams in another order.
        var written = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            WriteAsync(database, [.. ids.OrderBy(_ => Random.Shared.Next())])));

        Assert.That(written.SelectMany(batch => batch).Select(stream => stream.Id), Is.EquivalentTo(ids.Where(id => id != ids[7])));
        await database.AppendAsync(ids[0], new CounterRaised(3));
        var events = await database.Reader.FetchStreamAsync(ids[0], CancellationToken.None);
        Assert.That(events.Select(e => (e.Version, e.Body)), Is.EqualTo(
            new (long, object)[] { (1, new CounterStarted("laps")), (2, new CounterRaised(2)), (3, new CounterRaised(3)) }));
        Assert.That(events.Select(e => e.Sequence), Is.Ordered);
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM mt_events"), Is.EqualTo(1 + (2 * 299) + 1));
    }

    [Test]
    public async Task When_the_rows_beside_cannot_be_written_nothing_is()
    {
        await using var database = await StoreDatabase.CreateAsync();
        Assert.That(
            async () => await new BulkAppend(database.Source, StoreDatabase.Types, TimeProvider.System).StartAsync(
                [new(Guid.CreateVersion7(), [new CounterStarted("laps")])],
                async (connection, _, cancellationToken) =>
                {
                    await using var fault = new NpgsqlCommand("SELECT 1 / 0", connection);
                    await fault.ExecuteNonQueryAsync(cancellationToken);
                },
                CancellationToken.None),
            Throws.TypeOf<PostgresException>());
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM mt_streams WHERE version > 0"), Is.Zero);
    }

    private static Task<IReadOnlyList<StreamEvents>> WriteAsync(StoreDatabase database, Guid[] ids) =>
        new BulkAppend(database.Source, StoreDatabase.Types, TimeProvider.System).StartAsync(
            ids.Select(id => new StreamEvents(id, [new CounterStarted("laps"), new CounterRaised(2)])),
            (_, _, _) => Task.CompletedTask,
            CancellationToken.None);
}
