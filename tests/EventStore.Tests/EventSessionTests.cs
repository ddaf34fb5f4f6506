namespace Strava.EventStore.Tests;

[Category("Integration")]
public sealed class EventSessionTests
{
    [Test]
    public async Task A_started_stream_is_read_back_in_order_with_versions_from_one()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var id = Guid.CreateVersion7();

        await database.StartAsync(id, new CounterStarted("laps"), new CounterRaised(1));
        await database.AppendAsync(id, new CounterRaised(2), new CounterRaised(3));

        var events = await database.Reader.FetchStreamAsync(id, CancellationToken.None);
        Assert.That(events.Select(e => e.Version), Is.EqualTo(new[] { 1, 2, 3, 4 }));
        Assert.That(
            events.Select(e => e.Body),
            Is.EqualTo(new object[] { new CounterStarted("laps"), new CounterRaised(1), new CounterRaised(2), new CounterRaised(3) }));
        Assert.That(events.Select(e => e.Sequence), Is.Ordered);
    }

    [Test]
    public async Task Rows_are_written_as_Marten_writes_them()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var id = Guid.CreateVersion7();

        await database.StartAsync(id, new CounterStarted("laps"));

        var row = await database.ScalarAsync<string>(
            """
            SELECT concat_ws('|', s.type, s.version, s.tenant_id, s.is_archived, e.version, e.type, e.mt_dotnet_type, e.data,
                             e.tenant_id, e.is_archived)
            FROM mt_streams s JOIN mt_events e ON e.stream_id = s.id
            """);
        Assert.That(row, Is.EqualTo(
            "counter|1|*DEFAULT*|f|1|counter_started|Strava.EventStore.Tests.CounterStarted, Strava.EventStore.Tests|"
            + """{"Name": "laps"}|*DEFAULT*|f"""));
    }

    [Test]
    public async Task A_stream_that_exists_cannot_be_started_again()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var id = Guid.CreateVersion7();
        await database.StartAsync(id, new CounterStarted("laps"));

        Assert.ThrowsAsync<StreamExistsException>(() => database.StartAsync(id, new CounterStarted("other")));
        Assert.That((await database.Reader.FetchStreamAsync(id, CancellationToken.None)).Count, Is.EqualTo(1));
    }

    [Test]
    public async Task A_writer_that_takes_no_lock_makes_the_other_fail_and_nothing_is_half_written()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var id = Guid.CreateVersion7();
        await database.StartAsync(id, new CounterStarted("laps"));
        await using var session = await database.OpenAsync();
        session.Append(id, expectedVersion: 1, [new CounterRaised(1)]);
        await database.AppendAsync(id, new CounterRaised(2));

        var refused = Assert.ThrowsAsync<ConcurrencyException>(() => session.SaveChangesAsync(CancellationToken.None));
        Assert.That(refused.Message, Is.EqualTo($"The stream {id} is at version 2, not at the expected 1."));
        Assert.That(await database.ScalarAsync<long>("SELECT version FROM mt_streams"), Is.EqualTo(2));
    }

    [Test]
    public async Task An_expected_version_that_is_ahead_of_the_stream_leaves_no_hole()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var id = Guid.CreateVersion7();
        await database.StartAsync(id, new CounterStarted("laps"));
        await using var session = await database.OpenAsync();
        await StoreDatabase.LockAsync(session, id);
        session.Append(id, expectedVersion: 4, [new CounterRaised(1)]);

        var refused = Assert.ThrowsAsync<ConcurrencyException>(() => session.SaveChangesAsync(CancellationToken.None));
        Assert.That((refused.ExpectedVersion, refused.ActualVersion), Is.EqualTo(((long?)4, 1L)));
        await database.AppendAsync(id, new CounterRaised(1)).WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task Sixteen_writers_of_one_stream_all_succeed()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var id = Guid.CreateVersion7();
        await database.StartAsync(id, new CounterStarted("laps"));

        await Task.WhenAll(Enumerable.Range(1, 16).Select(n => database.AppendAsync(id, new CounterRaised(n))));

        var events = await database.Reader.FetchStreamAsync(id, CancellationToken.None);
        Assert.That(events.Select(e => e.Version), Is.EqualTo(Enumerable.Range(1, 17)));
        Assert.That(events.Select(e => e.Body).OfType<CounterRaised>().Sum(e => e.By), Is.EqualTo(16 * 17 / 2));
    }

    [Test]
    public async Task A_session_that_is_dropped_after_its_lock_changes_nothing_and_frees_the_stream()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var id = Guid.CreateVersion7();
        await database.StartAsync(id, new CounterStarted("laps"));

        await using (var session = await database.OpenAsync())
        {
            session.Append(id, await StoreDatabase.LockAsync(session, id), [new CounterRaised(1)]);
        }

        await database.AppendAsync(id, new CounterRaised(2)).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That((await database.Reader.FetchStreamAsync(id, CancellationToken.None)).Count, Is.EqualTo(2));
    }

    [Test]
    public async Task An_event_of_an_unknown_type_is_reported_not_skipped()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var id = Guid.CreateVersion7();
        await database.StartAsync(id, new CounterStarted("laps"));
        await database.MaintainAsync("UPDATE mt_events SET type = 'counter_exploded'");

        Assert.ThrowsAsync<UnknownEventTypeException>(() => database.Reader.FetchStreamAsync(id, CancellationToken.None));
    }
}
