using StackExchange.Redis;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>The user of deploy/redis/permissions.txt: all that the service does, and nothing else.</summary>
[Category("Integration")]
[Parallelizable]
public class RedisUserTests
{
    private const string Denied = "NOPERM";
    private const string Own = "leaderboard:{run:global:all}";

    private World _world = null!;

    [OneTimeSetUp]
    public async Task OnlyOurs()
    {
        Assume.That((await TestServers.RedisAsync()).IsOurs, "The user is made with our own server.");
        _world = await World.CreateAsync();
    }

    [OneTimeTearDown]
    public async Task Close() => await _world.DisposeAsync();

    [Test]
    public async Task Nothing_that_the_service_says_to_redis_is_refused()
    {
        await using var world = await World.CreateAsync();
        await world.AsAdminAsync("ACL", "LOG", "RESET");

        // From its first connection through scores, pages and the refill of a Redis that is another's.
        await world.HandleAsync(Messages.Activity(Guid.NewGuid(), 10));
        await world.ApplyAllAsync();
        await world.Eyes.HashSetAsync(BoardKey.Watermark, "generation", Guid.NewGuid().ToString());
        var runId = await world.NewRecovery().EnsureAsync(await world.ClaimAsync(), default);
        await world.ApplyAllAsync();
        await world.Redis.PublishAsync(runId, TimeProvider.System.GetUtcNow(), refilling: false, default);
        var board = new BoardKey(Contracts.Sports.Sport.Run, Place.Global, Window.Ever, Period.Ever);
        var page = await world.Redis.ReadAsync(board, new BoardSlice(10, Neighbours: 2), viewer: 1, default);

        Assert.That(await world.Redis.ReadLinesAsync(board, [1, 99], default), Is.EqualTo(new[] { page.Viewer, null }));
        await world.NewReconciler().StepAsync(await world.ClaimAsync(), default);

        var refusals = await world.AsAdminAsync("ACL", "LOG");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(page.Total, Is.EqualTo(1));
            Assert.That(refusals, Does.Not.Contain("name=boards-"));
        }
    }

    [TestCase("FLUSHALL")]
    [TestCase("FLUSHDB")]
    [TestCase("CONFIG", "GET", "requirepass")]
    [TestCase("CONFIG", "SET", "save", "")]
    [TestCase("KEYS", "*")]
    [TestCase("ACL", "LIST")]
    [TestCase("ACL", "SETUSER", "default", "allkeys")]
    [TestCase("CLIENT", "LIST")]
    [TestCase("CLIENT", "KILL", "TYPE", "normal")]
    [TestCase("SCRIPT", "FLUSH")]
    [TestCase("SCRIPT", "KILL")]
    [TestCase("FUNCTION", "FLUSH")]
    [TestCase("BGREWRITEAOF")]
    [TestCase("REPLICAOF", "127.0.0.1", "1")]
    [TestCase("SWAPDB", "0", "1")]
    [TestCase("RENAME", Own, "leaderboard:other")]
    [TestCase("COPY", Own, "leaderboard:other")]
    [TestCase("ZINCRBY", Own, "1", "member")]
    [TestCase("SET", "leaderboard:text", "1")]
    [TestCase("PUBLISH", "news", "1")]
    public async Task It_may_not(params string[] command)
    {
        Assert.That(await FaultAsync(command), Does.StartWith(Denied));
    }

    [TestCase("ZADD", "1", "member")]
    [TestCase("ZREVRANGE", "0", "-1")]
    [TestCase("HSET", "field", "1")]
    [TestCase("HGETALL")]
    [TestCase("PEXPIREAT", "1")]
    [TestCase("UNLINK")]
    public async Task It_touches_no_key_that_is_not_its_own(string command, params string[] arguments)
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var key in (string[])["session:1", "leaderboards", "leaderboard", "*"])
            {
                Assert.That(await FaultAsync([command, key, .. arguments]), Does.StartWith(Denied), key);
            }

            Assert.That(await FaultAsync([command, $"leaderboard:{command}", .. arguments]), Is.Null);
        }
    }

    [TestCase("return redis.call('FLUSHDB')")]
    [TestCase("return redis.call('KEYS', '*')")]
    [TestCase("return redis.call('UNLINK', 'session:1')")]
    [TestCase("return redis.call('ZADD', KEYS[1], 1, 'member')", "session:1")]
    public async Task A_script_may_no_more(string script, params string[] keys)
    {
        var fault = await FaultAsync(["EVAL", script, $"{keys.Length}", .. keys]);
        Assert.That(fault, Does.StartWith(Denied).Or.Contains("The user executing the script can't"));
    }

    /// <returns>What Redis said; <c>null</c> when it did it.</returns>
    private async Task<string?> FaultAsync(params string[] command)
    {
        try
        {
            await _world.Eyes.ExecuteAsync(command[0], [.. command[1..]]);
            return null;
        }
        catch (RedisServerException exception)
        {
            return exception.Message;
        }
    }
}
