using Microsoft.Extensions.DependencyInjection;
using Strava.Activities.Archive;
using Strava.Testing;
using static Strava.Activities.Tests.ArchiveWorld;

namespace Strava.Activities.Tests;

/// <summary>
/// Cut off at any point, an activity is readable, counted once, and the next run ends what was begun.
/// </summary>
[Category("Integration")]
[Parallelizable]
public sealed class ArchiveKillTests
{
    [TestCase("put", false)]
    [TestCase("put", true)]
    [TestCase("get", false)]
    [TestCase("get", true)]
    public async Task A_run_that_ends_at_a_step_leaves_the_points_where_they_are(string step, bool after)
    {
        await using var world = await OpenAsync();
        var owner = world.Athlete();
        var id = await RecordedAsync(owner);
        var (before, rows) = (await ReadAsync(owner, id), await world.RowsAsync(id));
        var database = world.Archive.Database;
        var store = new EndingStore(world.Services.GetRequiredService<IObjectStore>(), step, after);

        Assert.ThrowsAsync<EndedException>(() => new Archiver(database, store, TimeProvider.System)
            .ArchiveAsync(Guid.Parse(id), Tier.Warm, CancellationToken.None));

        Assert.That(await world.RowsAsync(id), Is.EqualTo(rows));
        Assert.That(await ReadAsync(owner, id), Is.EqualTo(before));
        await world.CommandAsync("--archive");
        await world.CommandAsync("--sweep", "--older-than", "0");
        Assert.That(world.Objects, Is.EqualTo(1), "what the first run left is gone, what is referred to is not");
        Assert.That(await world.ArchivedEventsAsync(), Is.EqualTo(3));
        Assert.That(await ReadAsync(owner, id), Is.EqualTo(before));
    }

    [Test]
    public async Task A_sweep_that_ends_before_the_object_is_gone_is_ended_by_the_next_one()
    {
        await using var world = await OpenAsync();
        var owner = world.Athlete();
        var id = await RecordedAsync(owner);
        await world.CommandAsync("--archive");
        await world.CommandAsync("--restore", id);
        var store = world.Services.GetRequiredService<IObjectStore>();
        var database = world.Archive.Database;

        foreach (var after in new[] { false, true })
        {
            Assert.ThrowsAsync<EndedException>(() => new ArchiveSweep(database, new EndingStore(store, "delete", after))
                .RunAsync(TimeSpan.Zero, CancellationToken.None));
            Assert.That(world.Objects, Is.EqualTo(after ? 0 : 1));
        }

        Assert.That(await world.CommandAsync("--sweep", "--older-than", "0"), Does.StartWith("removed 1 "));
        Assert.That(await world.ScalarAsync<long>("SELECT count(*) FROM archive_object"), Is.Zero);
    }

    [Test]
    public async Task Two_archivers_at_once_archive_once()
    {
        await using var world = await OpenAsync();
        var owner = world.Athlete();
        var id = await RecordedAsync(owner);
        var before = await ReadAsync(owner, id);
        var archiver = world.Archive.Archiver;

        var both = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            archiver.ArchiveAsync(Guid.Parse(id), Tier.Warm, CancellationToken.None)));

        // Whoever comes later either moves nothing or finds the rows referring to an object of the same tier.
        Assert.That(both.Count(archived => archived is not null), Is.GreaterThanOrEqualTo(1));
        await world.CommandAsync("--sweep", "--older-than", "0");
        Assert.That(world.Objects, Is.EqualTo(1));
        Assert.That(await ReadAsync(owner, id), Is.EqualTo(before));
    }

    [Test]
    public async Task Killed_again_and_again_a_run_loses_nothing()
    {
        const int Activities = 24;
        await using var world = await OpenAsync();
        var owner = world.Athlete();
        var before = new Dictionary<string, string>();
        for (var i = 0; i < Activities; i++)
        {
            var id = await RecordedAsync(owner, 30 + (3 * i));
            before[id] = await ReadAsync(owner, id);
        }

        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = world.Connection,
            ["ConnectionStrings__RabbitMq"] = "amqp://nobody:nothing@localhost:1/",
            ["Authentication__Authority"] = "http://localhost:1",
            ["Authentication__Audience"] = "strava",
            ["Archive__Folder"] = world.Folder,
        };
        var kills = 0;
        while (kills < 4 && await world.ArchivedEventsAsync() < 3 * Activities)
        {
            await using var run = await ServiceProcess.LaunchAsync("Strava.Activities", settings, "--archive");
            var some = world.Objects + 2;
            await Eventually.HoldsAsync(
                () => Task.FromResult(world.Objects >= some || !run.IsRunning), TimeSpan.FromSeconds(60), "it is at work");
            await run.KillAsync();
            kills++;
            foreach (var (id, whole) in before)
            {
                Assert.That(await ReadAsync(owner, id), Is.EqualTo(whole), $"after kill {kills}");
            }
        }

        await using (var last = await ServiceProcess.LaunchAsync("Strava.Activities", settings, "--archive"))
        {
            Assert.That(await last.EndAsync(TimeSpan.FromSeconds(60)), Is.Zero, last.LogTail());
        }

        var objects = world.Objects;
        await world.CommandAsync("--sweep", "--older-than", "0");
        TestContext.Out.WriteLine($"{kills} kills, {objects - world.Objects} objects left over and swept");
        Assert.That(await world.ArchivedEventsAsync(), Is.EqualTo(3 * Activities));
        Assert.That(world.Objects, Is.EqualTo(Activities));
        foreach (var (id, whole) in before)
        {
            Assert.That(await ReadAsync(owner, id), Is.EqualTo(whole));
        }
    }

    private sealed class EndedException : Exception;

    /// <summary>
    /// Ends the run just before or just after a step; what comes after the read is the change of the rows.
    /// </summary>
    private sealed class EndingStore(IObjectStore store, string step, bool after) : IObjectStore
    {
        public async Task PutAsync(ArchiveKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
        {
            EndIf("put", false);
            await store.PutAsync(key, content, cancellationToken);
            EndIf("put", true);
        }

        public async Task<byte[]?> GetAsync(ArchiveKey key, CancellationToken cancellationToken)
        {
            EndIf("get", false);
            var content = await store.GetAsync(key, cancellationToken);
            EndIf("get", true);
            return content;
        }

        public async Task DeleteAsync(ArchiveKey key, CancellationToken cancellationToken)
        {
            EndIf("delete", false);
            await store.DeleteAsync(key, cancellationToken);
            EndIf("delete", true);
        }

        private void EndIf(string now, bool isAfter)
        {
            if (step == now && after == isAfter)
            {
                throw new EndedException();
            }
        }
    }
}
