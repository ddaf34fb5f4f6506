using Npgsql;

namespace Strava.EventStore.Tests;

[Category("Integration")]
public sealed class PlainAppendTests
{
    private static readonly (string, string) Raised = ("counter_raised", """{"By": 1000}""");

    [Test]
    public async Task Sixteen_writers_of_one_stream_append_twenty_times_each_and_none_fails()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var id = Guid.CreateVersion7();
        await database.StartAsync(id, new CounterStarted("laps"));

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => AppendAsync(database, id, 20)));

        var events = await database.Reader.FetchStreamAsync(id, CancellationToken.None);
        Assert.That(events.Select(e => e.Version), Is.EqualTo(Enumerable.Range(1, 321)));
        Assert.That(events.Select(e => e.Sequence), Is.EqualTo(Enumerable.Range(1, 321)), "in order, and no number was lost");
    }

    [TestCase("mt_quick_append_events", TestName = "Racing_our_function_of_Martens")]
    [TestCase("as_marten_has_it", TestName = "Racing_Martens_own_function_which_locks_nothing")]
    [TestCase(null, TestName = "Racing_Martens_Rich_mode")]
    public async Task Ours_never_fail(string? function)
    {
        await using var database = await StoreDatabase.CreateAsync();
        await database.ExecuteAsync(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''20ms''', current_database()); END $$");
        await database.ExecuteAsync(WithoutLock);
        database.Source.Clear();
        var id = Guid.CreateVersion7();
        await database.StartAsync(id, new CounterStarted("laps"));
        var marten = new MartenWriter(database);
        using var done = new CancellationTokenSource();
        var races = Enumerable.Range(0, 4).Select(_ => RaceAsync(marten, id, function, done.Token)).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => AppendAsync(database, id, 20)));
        await done.CancelAsync();
        var (won, lost) = (0, 0);
        foreach (var (itsWon, itsLost) in await Task.WhenAll(races))
        {
            (won, lost) = (won + itsWon, lost + itsLost);
        }

        TestContext.Out.WriteLine($"Marten's writers: {won} appended, {lost} failed");
        var events = await database.Reader.FetchStreamAsync(id, CancellationToken.None);
        Assert.That(events.Select(e => e.Version), Is.EqualTo(Enumerable.Range(1, 321 + won)));
        Assert.That(events.Count(e => e.Body is CounterRaised { By: 1 }), Is.EqualTo(320));
        Assert.That(await database.ScalarAsync<long>("SELECT version FROM mt_streams"), Is.EqualTo(321 + won));
        Assert.That(lost, function == "mt_quick_append_events" ? Is.Zero : Is.Not.Negative, "ours queues for Marten's too");
    }

    [Test]
    public async Task A_stream_that_is_not_there_is_named()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var id = Guid.CreateVersion7();

        var missing = Assert.ThrowsAsync<StreamMissingException>(() => AppendAsync(database, id, 1));
        Assert.That(missing.Message, Is.EqualTo($"There is no stream {id}; start it first."));
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM mt_events"), Is.Zero);
    }

    private static async Task AppendAsync(StoreDatabase database, Guid id, int times)
    {
        var appender = new EventAppender(database.Source, StoreDatabase.Types, TimeProvider.System);
        for (var i = 0; i < times; i++)
        {
            await appender.AppendAsync(id, [new CounterRaised(1)], CancellationToken.None);
        }
    }

    private static async Task<(int Won, int Lost)> RaceAsync(
        MartenWriter marten, Guid id, string? function, CancellationToken untilDone)
    {
        var (won, lost) = (0, 0);
        while (!untilDone.IsCancellationRequested)
        {
            try
            {
                await (function is null ? marten.RichAppendAsync(id, Raised) : marten.QuickAppendAsync(id, null, function, Raised));
                won++;
            }
            catch (PostgresException)
            {
                lost++;
            }
        }

        return (won, lost);
    }

    /// <summary>
    /// The function in a database that a Marten has made: the row is read without a lock and moved on last.
    /// </summary>
    private const string WithoutLock =
        """
        CREATE FUNCTION as_marten_has_it(
            stream uuid, stream_type varchar, tenantid varchar, event_ids uuid[], event_types varchar[], dotnet_types varchar[],
            bodies jsonb[], bdatas bytea[], timestamps timestamptz[], expected_version bigint)
        RETURNS bigint[] LANGUAGE plpgsql AS $$
        DECLARE at_version bigint;
        BEGIN
            SELECT version INTO at_version FROM mt_streams WHERE id = stream;
            INSERT INTO mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type)
            VALUES (nextval('mt_events_sequence'), event_ids[1], stream, at_version + 1, bodies[1], event_types[1], now(),
                dotnet_types[1]);
            UPDATE mt_streams SET version = at_version + 1, timestamp = now() WHERE id = stream;
            RETURN ARRAY[at_version + 1];
        END
        $$
        """;
}
