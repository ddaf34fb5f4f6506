using Npgsql;
using Strava.EventStore.Subscriptions;
using Strava.Testing;

namespace Strava.EventStore.Tests;

/// <summary>What Marten 9 writes, ours reads; what ours writes, Marten reads and appends to.</summary>
[Category("Integration")]
public sealed class MartenLayoutTests
{
    private static readonly (string, string) Started = ("counter_started", """{"Name": "laps \"of\" honour"}""");
    private static readonly (string, string) Raised = ("counter_raised", """{"By": 2}""");

    [Test]
    public async Task A_stream_that_Marten_wrote_in_all_its_ways_is_read_whole()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var marten = new MartenWriter(database);
        var id = Guid.NewGuid();

        await marten.StartStreamAsync(id, streamType: null, Started, Raised);
        var numbers = await marten.QuickAppendAsync(id, expectedVersion: null, Raised, Raised);
        await marten.RichAppendAsync(id, Raised);

        Assert.That(numbers, Is.EqualTo(new[] { 4, 3, 4 }), "the version, then the numbers");
        var events = await database.Reader.FetchStreamAsync(id, CancellationToken.None);
        Assert.That(events.Select(e => e.Version), Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
        Assert.That(events[0].Body, Is.EqualTo(new CounterStarted("laps \"of\" honour")));
        Assert.That(events.Skip(1).Select(e => e.Body), Is.All.EqualTo(new CounterRaised(2)));
        Assert.That(
            await database.ScalarAsync<bool>("SELECT count(DISTINCT timestamp) = 1 FROM mt_events"),
            "the writer's times are kept");
    }

    [Test]
    public async Task A_stream_that_we_wrote_is_appended_to_by_Martens_function_at_the_right_version()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var marten = new MartenWriter(database);
        var id = Guid.CreateVersion7();
        await database.StartAsync(id, new CounterStarted("laps"));
        await database.AppendAsync(id, new CounterRaised(1));

        var appended = await marten.QuickAppendAsync(id, expectedVersion: 2, Raised);
        Assert.That(appended[0], Is.EqualTo(3));
        await database.AppendAsync(id, new CounterRaised(3));

        var raised = await database.Reader.FetchStreamAsync(id, CancellationToken.None);
        Assert.That(raised.Skip(1).Select(e => ((CounterRaised)e.Body!).By), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(
            await database.ScalarAsync<string>("SELECT concat_ws('|', type, version, tenant_id, is_archived) FROM mt_streams"),
            Is.EqualTo("counter|4|*DEFAULT*|f"));
        Assert.That(
            await database.ScalarAsync<string>(
                """
                SELECT string_agg(
                    concat_ws('|', version, type, mt_dotnet_type, tenant_id, is_archived, data, bdata), ' ' ORDER BY version)
                FROM mt_events WHERE version IN (3, 4)
                """),
            Is.EqualTo(
                "3|counter_raised|Strava.EventStore.Tests.CounterRaised, Strava.EventStore.Tests|*DEFAULT*|f|{\"By\": 2} "
                + "4|counter_raised|Strava.EventStore.Tests.CounterRaised, Strava.EventStore.Tests|*DEFAULT*|f|{\"By\": 3}"));
    }

    [Test]
    public async Task Martens_function_refuses_as_Martens_does_and_begins_what_is_not_there()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var marten = new MartenWriter(database);
        var (id, other, archived) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await database.StartAsync(id, new CounterStarted("laps"));
        await database.StartAsync(archived, new CounterStarted("old"));
        await database.MaintainAsync($"SELECT mt_archive_stream('{archived}')");

        Assert.That(await StateAsync(marten.QuickAppendAsync(id, 2, Raised)), Is.EqualTo("MT003"), "behind");
        Assert.That(await StateAsync(marten.QuickAppendAsync(id, 0, Raised)), Is.EqualTo("MT003"), "ahead");
        Assert.That(await StateAsync(marten.QuickAppendAsync(other, 1, Raised)), Is.EqualTo("MT003"), "not there");
        Assert.That(await StateAsync(marten.QuickAppendAsync(archived, null, Raised)), Is.EqualTo("MT001"));
        Assert.That(await StateAsync(marten.StartStreamAsync(id, "counter", Started)), Is.EqualTo("23505"));
        Assert.That(await marten.QuickAppendAsync(other, 0, Started), Has.Length.EqualTo(2).And.ItemAt(0).EqualTo(1));
        Assert.That(
            await database.ScalarAsync<bool>($"SELECT type IS NULL AND version = 1 FROM mt_streams WHERE id = '{other}'"));
    }

    [Test]
    public async Task Tombstones_are_passed_over_gaps_die_and_the_checkpoint_moves_past_both()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var marten = new MartenWriter(database);
        var id = Guid.NewGuid();
        await marten.StartStreamAsync(id, "counter", Started);
        await marten.TombstoneAsync(await marten.NextAsync());
        await marten.NextAsync();
        await marten.TombstoneAsync(await marten.NextAsync());
        await marten.QuickAppendAsync(id, null, Raised);

        var seen = new List<StoredEvent>();
        var subscription = await EventSubscription.OpenAsync(
            database.Source, "test", await database.TermAsync(), CancellationToken.None);
        await Eventually.HoldsAsync(async () =>
        {
            seen.AddRange(await subscription.ReadAsync(CancellationToken.None));
            await subscription.CommitAsync(CancellationToken.None);
            return subscription.Checkpoint == 5;
        });

        Assert.That(seen.Select(e => (e.StreamId, e.Sequence)), Is.EqualTo(new[] { (id, 1L), (id, 5L) }));
        Assert.That(await database.Reader.FetchStreamAsync(MartenWriter.TombstoneStream, CancellationToken.None), Is.Empty);
    }

    [Test]
    public async Task Martens_progress_and_ours_share_a_table_and_leave_each_other_alone()
    {
        await using var database = await StoreDatabase.CreateAsync();
        foreach (var (name, at) in new[]
        {
            ("HighWaterMark", 9_000), ("HighWaterAllocationFence", 9_500), ("HighWaterStuckGap", 8_000), ("counting:All", 7_000),
            ("Counter:V2:All", 6_000),
        })
        {
            await database.ExecuteAsync($"SELECT mt_mark_event_progression('{name}', 1)");
            await database.ExecuteAsync($"SELECT mt_mark_event_progression('{name}', {at})");
        }

        await database.StartAsync(Guid.CreateVersion7(), new CounterStarted("laps"));
        var subscription = await EventSubscription.OpenAsync(
            database.Source, "ours", await database.TermAsync(), CancellationToken.None);
        Assert.That(await subscription.ReadAsync(CancellationToken.None), Has.Count.EqualTo(1));
        await subscription.CommitAsync(CancellationToken.None);

        Assert.That(
            await database.ScalarAsync<string>(
                "SELECT string_agg(name || '=' || last_seq_id, ' ' ORDER BY name COLLATE \"C\") FROM mt_event_progression"),
            Is.EqualTo(
                "Counter:V2:All=6000 HighWaterAllocationFence=9500 HighWaterMark=9000 HighWaterStuckGap=8000 "
                + "counting:All=7000 ours:All=1"));
    }

    [Test]
    public async Task A_skip_is_marked_once_and_only_from_where_it_was_seen()
    {
        await using var database = await StoreDatabase.CreateAsync();
        await database.ExecuteAsync("SELECT mt_mark_event_progression('HighWaterMark', 10)");

        Assert.That(await SkipAsync(ending: 14, starting: 10), Is.EqualTo(14));
        Assert.That(await SkipAsync(ending: 14, starting: 10), Is.EqualTo(14), "again");
        Assert.That(await SkipAsync(ending: 12, starting: 10), Is.EqualTo(14), "too late");
        Assert.That(
            await database.ScalarAsync<string>(
                "SELECT string_agg(starting_sequence || '-' || ending_sequence, ' ') FROM mt_high_water_skips"),
            Is.EqualTo("10-14"));

        Task<long> SkipAsync(int ending, int starting) =>
            database.ScalarAsync<long>($"SELECT mt_mark_progression_with_skip('HighWaterMark', {ending}, {starting})");
    }

    [Test]
    public async Task An_archived_stream_is_read_and_not_appended_to()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var id = Guid.CreateVersion7();
        await database.StartAsync(id, new CounterStarted("laps"));
        await database.MaintainAsync($"SELECT mt_archive_stream('{id}')");

        Assert.That(await database.Reader.FetchStreamAsync(id, CancellationToken.None), Has.Count.EqualTo(1));
        Assert.ThrowsAsync<StreamArchivedException>(() => database.AppendAsync(id, new CounterRaised(1)));
        Assert.That(
            await database.ScalarAsync<bool>("SELECT bool_and(is_archived) AND count(*) = 1 FROM mt_events"));
    }

    private static async Task<string?> StateAsync(Task statement)
    {
        try
        {
            await statement;
            return null;
        }
        catch (PostgresException exception)
        {
            return exception.SqlState;
        }
    }
}
