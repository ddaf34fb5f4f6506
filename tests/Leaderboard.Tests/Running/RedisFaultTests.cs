using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Strava.Contracts.Rest;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>
/// What befalls a real redis-server: data lost in part, no room, a connection that is dead without saying so. Uploads
/// go on, readers are told, and all heals without a restart of the service. Frozen, killed and wiped: HttpTests,
/// RecoveryTests.
/// </summary>
[Category("Integration")]
public class RedisFaultTests
{
    private static readonly BoardKey AllTime =
        new(Contracts.Sports.Sport.Run, Place.Global, Window.Ever, Period.Ever);

    [OneTimeSetUp]
    public static async Task OnlyOurs() =>
        Assume.That((await TestServers.RedisAsync()).IsOurs, "Another's server is not to be broken.");

    [TestCase(true, Description = "what was applied since is still known")]
    [TestCase(false, Description = "it is too old")]
    public async Task Restored_from_an_old_file_it_is_brought_up_to_date(bool isRemembered)
    {
        await using var world = await World.CreateAsync();
        using var applier = world.NewApplier();
        await applier.StartAsync(default);
        var history = await FillAsync(world, athletes: 20);
        await SettledAsync(world, history);
        var redis = await TestServers.RedisAsync();
        var folder = await FolderAsync(world);
        await redis.StopAsync();
        var kept = Directory.GetFiles(folder).ToDictionary(file => file, File.ReadAllBytes);
        await redis.StartAsync();
        history.AddRange(await FillAsync(world, athletes: 20));
        var gone = history.OfType<Contracts.Messages.ActivitySummary>().First();
        history.Add(Messages.Deleted(gone));
        await world.HandleAsync(history[^1]);
        await SettledAsync(world, history);

        await redis.StopAsync();
        foreach (var file in Directory.GetFiles(folder))
        {
            File.Delete(file);
        }

        foreach (var (file, content) in kept)
        {
            await File.WriteAllBytesAsync(file, content);
        }

        await ExecuteAsync(world, $"UPDATE board_store SET applied_since = now() - interval '{(isRemembered ? 5 : 0)} min'");
        await redis.StartAsync();
        await SettledAsync(world, history);
        await applier.StopAsync(default);
    }

    [Test]
    public async Task With_the_tail_of_its_file_cut_off_it_gets_that_again()
    {
        await using var world = await World.CreateAsync();
        using var applier = world.NewApplier();
        await applier.StartAsync(default);
        var history = await FillAsync(world, athletes: 20);
        await SettledAsync(world, history);
        await ExecuteAsync(world, "UPDATE board_store SET applied_since = now() - interval '5 min'");
        history.AddRange(await FillAsync(world, athletes: 100));
        await SettledAsync(world, history);

        var (redis, folder) = (await TestServers.RedisAsync(), await FolderAsync(world));
        await Task.Delay(TimeSpan.FromSeconds(1.2));
        await redis.KillAsync();
        var file = new DirectoryInfo(folder).GetFiles("*.incr.aof").MaxBy(file => file.LastWriteTimeUtc)!;
        var lost = Math.Min(64 * 1024, file.Length / 2);
        await using (var stream = file.OpenWrite())
        {
            stream.SetLength(file.Length - lost);
        }

        await redis.StartAsync();
        await SettledAsync(world, history);
        TestContext.Out.WriteLine($"{lost} bytes cut off");
        await applier.StopAsync(default);
    }

    [TestCase("maxmemory", "1mb", "0", Description = "OOM")]
    [TestCase("min-replicas-to-write", "1", "0", Description = "it refuses writes as it does with a full disk")]
    public async Task While_it_takes_no_writes_uploads_go_on_and_boards_are_read_as_they_were(
        string setting, string full, string free)
    {
        await using var world = await World.CreateAsync();
        await using var host = await world.HostAsync();
        var me = Guid.NewGuid();
        using var client = host.ClientOf(me);
        await host.PublishAsync(Messages.Activity(me, 1_000));
        await BoardAsync(client, board => board is { Viewer: not null, Board.Stale: false });

        await world.AsAdminAsync("CONFIG", "SET", setting, full);
        try
        {
            await host.PublishAsync([.. Enumerable.Range(1, 20).Select(_ => Messages.Activity(me, 10))]);
            await Eventually.HoldsAsync(async () => await world.CountAsync("ledger") == 21, TimeSpan.FromSeconds(10));
            var stale = await BoardAsync(client, board => board.Board.Stale);
            Assert.That(stale.Viewer?.DistanceMeters, Is.EqualTo(1_000), "as of before");
        }
        finally
        {
            await world.AsAdminAsync("CONFIG", "SET", setting, free);
        }

        var freed = TimeProvider.System.GetTimestamp();
        await BoardAsync(client, board => board is { Board.Stale: false, Viewer.DistanceMeters: 1_200 });
        TestContext.Out.WriteLine($"caught up {TimeProvider.System.GetElapsedTime(freed).TotalSeconds:0.0} s after there was room");
    }

    [Test]
    public async Task A_connection_that_is_dead_without_a_word_is_replaced()
    {
        await using var world = await World.CreateAsync();
        var parts = world.RedisConnection.Split(',', 2);
        using var proxy = new HalfOpenProxy(int.Parse(parts[0].Split(':')[1], CultureInfo.InvariantCulture));
        using var boards = new RedisBoards($"127.0.0.1:{proxy.Port},{parts[1]}", TimeProvider.System);
        await boards.ProbeAsync(default);
        await boards.ReadAsync(AllTime, new BoardSlice(1), null, default);

        proxy.Cut();
        var cut = TimeProvider.System.GetTimestamp();
        Assert.That(async () => await boards.ProbeAsync(default), Throws.TypeOf<RedisAwayException>());
        Assert.That(TimeProvider.System.GetElapsedTime(cut), Is.LessThan(TimeSpan.FromSeconds(2)), "bounded");
        await Eventually.HoldsAsync(
            async () =>
            {
                await boards.ProbeAsync(default);
                await boards.ReadAsync(AllTime, new BoardSlice(1), null, default);
                return true;
            },
            TimeSpan.FromSeconds(10));
        TestContext.Out.WriteLine($"back {TimeProvider.System.GetElapsedTime(cut).TotalSeconds:0.0} s after the cut");
    }

    [Test]
    public async Task Who_reads_while_it_is_known_to_be_away_does_not_wait()
    {
        await using var world = await World.CreateAsync();
        await using var host = await world.HostAsync();
        using var client = host.ClientOf(Guid.NewGuid());
        await BoardAsync(client, board => !board.Board.Stale);
        var redis = await TestServers.RedisAsync();
        await redis.FreezeAsync();
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(7));
            var began = TimeProvider.System.GetTimestamp();
            for (var i = 0; i < 20; i++)
            {
                using var unseen = await client.GetAsync(new Uri($"/leaderboards/RIDE?top={i + 1}", UriKind.Relative));
                Assert.That(unseen.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            }

            Assert.That(TimeProvider.System.GetElapsedTime(began), Is.LessThan(TimeSpan.FromSeconds(1.5)));
        }
        finally
        {
            await redis.ThawAsync();
        }

        await BoardAsync(client, board => !board.Board.Stale);
    }

    private static async Task<string> FolderAsync(World world)
    {
        var folder = (await world.AsAdminAsync("CONFIG", "GET", "dir")).Split('\n', StringSplitOptions.RemoveEmptyEntries)[1].Trim();
        return Path.Combine(folder, "appendonlydir");
    }

    private static async Task<List<object>> FillAsync(World world, int athletes)
    {
        var history = new List<object>();
        for (var athlete = 0; athlete < athletes; athlete++)
        {
            var id = Guid.NewGuid();
            history.AddRange(Messages.Profile(id, "SI"), Messages.Activity(id, 1_000 + athlete));
        }

        await Task.WhenAll(history.Select(world.HandleAsync));
        return history;
    }

    private static async Task SettledAsync(World world, List<object> history) => await Eventually.HoldsAsync(async () =>
    {
        var now = TimeProvider.System.GetUtcNow();
        var expected = BruteForce.Boards(history, now, now);
        var page = await world.Redis.ReadAsync(AllTime, new BoardSlice(10), null, default);
        return (await world.BoardsAsync()).SetEquals(expected) && !page.IsStale(now);
    });

    private static Task<PlaceBoard> BoardAsync(HttpClient client, Func<PlaceBoard, bool> accept) => Eventually.GivesAsync(
        async () => (await client.GetFromJsonAsync<PlaceBoard>(new Uri("/leaderboards/RUN", UriKind.Relative)))!, accept);

    private static async Task ExecuteAsync(World world, string sql)
    {
        await using var command = world.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
