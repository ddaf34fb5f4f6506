using StackExchange.Redis;

namespace Strava.Leaderboards.Stores;

/// <summary>
/// Redis did not do it, or not in time, or was not asked because too many calls wait already. Never says that nothing
/// was written.
/// </summary>
internal sealed class RedisAwayException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The only door to Redis. StackExchange.Redis 1.2.6 never gives up on an async call by itself, so every call is
/// bounded here, in time and in number: calls given up on still count until the client lets go of them, so that a
/// frozen server cannot fill the memory.
/// </summary>
internal sealed class BoundedRedis : IDisposable
{
    /// <summary>
    /// What the client would ask of a Redis of its own, and our user may not: settings, other nodes, news of them.
    /// </summary>
    private static readonly CommandMap Commands =
        CommandMap.Create(["CONFIG", "CLUSTER", "SUBSCRIBE"], available: false);

    private readonly Lock _gate = new();
    private readonly ConfigurationOptions _options;
    private readonly int _maxOutstanding;
    private Task<ConnectionMultiplexer>? _connecting;
    private int _outstanding;

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
        // Seconds; the client's own ping, by which it notices a half-open connection.
        _options.KeepAlive = 2;
    }

    public async Task<T> RunAsync<T>(
        Func<IDatabase, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _outstanding) > _maxOutstanding)
        {
            Interlocked.Decrement(ref _outstanding);
            throw new RedisAwayException("Too many calls wait for Redis already.");
        }

        Task<T>? running = null;
        try
        {
            var redis = await ConnectAsync().WaitAsync(timeout, cancellationToken);
            running = CallAsync(redis.GetDatabase(), call);
            return await running.WaitAsync(timeout, cancellationToken);
        }
        catch (Exception exception) when (IsAway(exception) && !cancellationToken.IsCancellationRequested)
        {
            throw new RedisAwayException("Redis does not answer.", exception);
        }
        finally
        {
            LetGo(running);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_connecting is { IsCompletedSuccessfully: true } connected)
            {
                connected.Result.Dispose();
            }
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

    private void LetGo(Task? running)
    {
        if (running is null or { IsCompleted: true })
        {
            Interlocked.Decrement(ref _outstanding);
            return;
        }

        _ = running.ContinueWith(
            late =>
            {
                _ = late.Exception;
                Interlocked.Decrement(ref _outstanding);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private Task<ConnectionMultiplexer> ConnectAsync()
    {
        lock (_gate)
        {
            if (_connecting is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _connecting = ConnectOnceAsync();
            }

            return _connecting;
        }
    }

    private async Task<ConnectionMultiplexer> ConnectOnceAsync()
    {
        await Task.Yield();
        var redis = await ConnectionMultiplexer.ConnectAsync(_options);
        redis.PreserveAsyncOrder = false;
        return redis;
    }
}
