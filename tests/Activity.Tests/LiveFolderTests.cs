using Npgsql;
using Strava.Activities.Activities;
using Strava.Activities.Live;
using Strava.Contracts;
using Strava.Contracts.Events;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;
using Strava.Core.Bus;
using Strava.Core.Postgres;
using Strava.EventStore;
using Strava.Testing;

namespace Strava.Activities.Tests;

/// <summary>
/// The folding worker in processes of its own: killed in the middle of its work it is followed, and nothing is lost or
/// twice.
/// </summary>
[Category("Integration")]
public sealed class LiveFolderTests
{
    private const int Activities = 12;
    private const int Posts = 150;
    private const long StartMs = 1_772_352_000_000;
    private static readonly Guid Athlete = Guid.CreateVersion7();

    // The lease of a dead owner runs out after 8 s; the rest is work on a loaded machine.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Test]
    public async Task A_folder_killed_among_posts_is_followed_and_each_post_is_in_its_stream_once()
    {
        var connection = await (await TestServers.PostgresAsync()).CreateDatabaseAsync("strava_live");
        await using var database = PostgresExtensions.CreateDataSource(connection);
        await Migrator.RunAsync(database, [typeof(Migrator).Assembly, typeof(EventSession).Assembly, typeof(Program).Assembly]);
        var broker = await (await TestServers.RabbitMqAsync()).CreateVirtualHostAsync("live");
        await BusTopology.DeclareAsync(broker, CancellationToken.None);
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = connection,
            ["ConnectionStrings__RabbitMq"] = broker.ToString(),
            ["Authentication__Authority"] = "http://localhost:1",
            ["Authentication__Audience"] = "strava",
            ["Live__FoldAfter"] = "00:00:01",
            ["Live__Interval"] = "00:00:00.1",
        };
        using var signal = new CommitSignal();
        var store = new ActivityStore(database, new EventReader(database, ActivityEventTypes.All), signal, TimeProvider.System);
        var buffer = new LiveBuffer(database, store);
        var ids = await Task.WhenAll(Enumerable.Range(0, Activities).Select(_ => BeginAsync(store)));

        await using var owner = await ServiceProcess.StartAsync("Strava.Activities", settings);
        var posting = Task.WhenAll(ids.Select(id => PostAsync(buffer, id)));
        await Eventually.HoldsAsync(async () => await FoldedAsync(database) > 2 * Activities, Patience, "it folds");
        await owner.KillAsync();
        var atKill = await FoldedAsync(database);
        Assert.That(posting.IsCompleted, Is.False, "it was among posts");
        await using var next = await ServiceProcess.StartAsync("Strava.Activities", settings);
        await posting;
        await Eventually.HoldsAsync(
            async () => (await buffer.DueAsync(TimeSpan.Zero, 1, default)).Count == 0, Patience, "all is folded");

        TestContext.Out.WriteLine($"{atKill} events of folds at the kill, {await FoldedAsync(database)} at the end");
        foreach (var id in ids)
        {
            var stream = (await store.FetchStreamAsync(id, default))!;
            Assert.That(stream.Chunks.Select(chunk => chunk.Sequence).Order(), Is.EqualTo(Enumerable.Range(0, Posts)));
            Assert.That(stream.Points(), Has.Length.EqualTo(2 * Posts));
        }
    }

    private static async Task<Guid> BeginAsync(ActivityStore store)
    {
        await using var session = await store.OpenSessionAsync(default);
        var id = Guid.CreateVersion7();
        var at = DateTimeOffset.FromUnixTimeMilliseconds(StartMs);
        ActivityStore.Start(session, id, [new ActivityCreated(Athlete, Sport.Run, "a run", Visibility.OnlyMe, null, at), new ActivityStarted(at)]);
        await store.SaveAsync(session, default);
        return id;
    }

    /// <summary>For as long as two starts of a service take; every tenth post twice, as after a lost answer.</summary>
    private static async Task PostAsync(LiveBuffer buffer, Guid id)
    {
        for (var i = 0; i < Posts; i++)
        {
            var post = new TrackChunk(i, [PointAt(2 * i), PointAt((2 * i) + 1)]);
            Assert.That(await buffer.AddAsync(id, Athlete, post, default), Is.EqualTo(LivePost.Stored));
            if (i % 10 == 0)
            {
                Assert.That(await buffer.AddAsync(id, Athlete, post, default), Is.EqualTo(LivePost.Repeated));
            }

            await Task.Delay(100);
        }
    }

    private static TrackPoint PointAt(int second) => new(StartMs + (second * 1_000L), 46_000_000 + (second * 20), 14_500_000);

    private static async Task<long> FoldedAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("SELECT count(*) FROM mt_events WHERE type = 'route_recorded'");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
