using StackExchange.Redis;
using Strava.Core.Diagnostics;

namespace Strava.Leaderboards.Stores;

/// <summary>
/// Redis did not do it, or not in time, or was not asked because too many calls wait already. Never says that nothing
/// was written.
/// </summary>
internal sealed class RedisAwayException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The only door to Redis. StackExchange.Redis 1.2.6 never gives up on an async call by itself, so every call is
/// bounded here, in time and in number: calls given up on still count until the client lets go of them, so that a
/// frozen server cannot fill the memory. Nor does it notice a connection that is written to and never answers (its
/// issues 1848, 2595: a stall of 15 minutes), so a heartbeat of our own replaces that one.
/// </summary>
internal sealed class BoundedRedis : IDisposable
{
    private const int MissesTillAway = 3;

    /// <summary>
    /// What the client would ask of a Redis of its own, and our user may not: settings, other nodes, news of them.
    /// </summary>
    private static readonly CommandMap Commands =
        CommandMap.Create(["CONFIG", "CLUSTER", "SUBSCRIBE"], available: false);

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private static readonly System.Diagnostics.Metrics.Counter<long> Replaced = Measured.Meter.CreateCounter<long>(
        "strava.redis.reconnects", "{connection}", "Connections to Redis given up because they did not answer three heartbeats");

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly ConfigurationOptions _options;
    private readonly int _maxOutstanding;
    private Link? _link;
    private Task? _beating;
    private volatile int _missed;

    public BoundedRedis(string connectionString, string name, int maxOutstanding)
    {
        _maxOutstanding = maxOutstanding;
        _options = ConfigurationOptions.Parse(connectionString);
        _options.ClientName = name;
        _options.CommandMap = Commands;
        // Both are keys and channels of the client's own, for several servers at once.
        (_options.TieBreaker, _options.ConfigurationChannel) = (string.Empty, string.Empty);
        // Start without Redis and find it later.
        _options.AbortOnConnectFail = false;
        _options.ConnectTimeout = 1_000;
        _options.SyncTimeout = 1_000;
        _options.ReconnectRetryPolicy = new LinearRetry(250);
        _options.KeepAlive = 2;
    }

    public async Task<T> RunAsync<T>(
        Func<IDatabase, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Found away: nobody waits for it until a heartbeat is answered again.
        if (_missed >= MissesTillAway)
        {
            throw new RedisAwayException("Redis has not answered for some seconds.");
        }

        var link = Current();
        if (Interlocked.Increment(ref link.Outstanding) > _maxOutstanding)
        {
            Interlocked.Decrement(ref link.Outstanding);
            throw new RedisAwayException("Too many calls wait for Redis already.");
        }

        Task<T>? running = null;
        try
        {
            var redis = await link.Connecting.WaitAsync(timeout, cancellationToken);
            running = CallAsync(redis.GetDatabase(), call);
            return await running.WaitAsync(timeout, cancellationToken);
        }
        catch (Exception exception) when (IsAway(exception) && !cancellationToken.IsCancellationRequested)
        {
            throw new RedisAwayException("Redis does not answer.", exception);
        }
        finally
        {
            link.LetGo(running);
        }
    }

    public void Dispose()
    {
        _ending.Cancel();
        lock (_gate)
        {
            _link?.Close();
        }
    }

    /// <summary>
    /// A Redis that has forgotten its scripts (restart, SCRIPT FLUSH) makes the client forget which ones it sent, but
    /// only after the first call has failed; so that one is made again. Every call of ours may be repeated.
    /// </summary>
    private static async Task<T> CallAsync<T>(IDatabase redis, Func<IDatabase, Task<T>> call)
    {
        try
        {
            return await call(redis);
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await call(redis);
        }
    }

    // A dropped connection cancels what was under way; an answer like LOADING or MISCONF is an outage too.
    private static bool IsAway(Exception exception) =>
        exception is RedisException or TimeoutException or OperationCanceledException or ObjectDisposedException;

    private Link Current()
    {
        lock (_gate)
        {
            if (_link is null or { Connecting: { IsFaulted: true } or { IsCanceled: true } })
            {
                _link = new Link(ConnectAsync());
                _beating ??= BeatAsync();
            }

            return _link;
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        await Task.Yield();
        var redis = await ConnectionMultiplexer.ConnectAsync(_options);
        redis.PreserveAsyncOrder = false;
        return redis;
    }

    // Each third miss in a row gives the connection up. A new one to a server that is down or frozen fails as fast, and
    // what waits on the old one is let go.
    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(Beat);
        while (true)
        {
            Task tick = timer.WaitForNextTickAsync(_ending.Token).AsTask();
            await tick.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_ending.IsCancellationRequested)
            {
                return;
            }

            var link = Current();
            if (await AnswersAsync(link))
            {
                _missed = 0;
            }
            else if (++_missed % MissesTillAway == 0 && !_ending.IsCancellationRequested)
            {
                Replaced.Add(1);
                lock (_gate)
                {
                    _link = null;
                }

                link.Close();
            }
        }
    }

    private static async Task<bool> AnswersAsync(Link link)
    {
        try
        {
            var redis = await link.Connecting.WaitAsync(Beat);
            var ping = redis.GetDatabase().PingAsync();
            _ = ping.ContinueWith(late => late.Exception, TaskScheduler.Default);
            await ping.WaitAsync(Beat);
            return true;
        }
        catch (RedisServerException)
        {
            // It refuses (LOADING, MISCONF), so it is there.
            return true;
        }
        catch (Exception)
        {
            // Whatever it is (a name that is not resolved, too): the loop goes on.
            return false;
        }
    }

    /// <summary>A connection and how many calls wait on it: what an abandoned one holds counts for no other.</summary>
    private sealed class Link(Task<ConnectionMultiplexer> connecting)
    {
        public int Outstanding;

        public Task<ConnectionMultiplexer> Connecting => connecting;

        public void LetGo(Task? running)
        {
            if (running is null or { IsCompleted: true })
            {
                Interlocked.Decrement(ref Outstanding);
                return;
            }

            _ = running.ContinueWith(
                late =>
                {
                    _ = late.Exception;
                    Interlocked.Decrement(ref Outstanding);
                },
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        // Elsewhere: the client may take its time over a socket that nobody reads.
        public void Close() => _ = connecting.ContinueWith(
            connected =>
            {
                if (connected.IsCompletedSuccessfully)
                {
                    connected.Result.Close(allowCommandsToComplete: false);
                    connected.Result.Dispose();
                }
                else
                {
                    _ = connected.Exception;
                }
            },
            TaskScheduler.Default);
    }
}
