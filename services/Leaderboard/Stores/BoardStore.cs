using StackExchange.Redis;

namespace Strava.Leaderboards.Stores;

/// <summary>What a Redis tells about itself.</summary>
internal sealed record StoreSeen(string RunId, DateTimeOffset Now, string? Generation, DateTimeOffset? At);

/// <summary>
/// One kind of board in Redis: what all kinds share. Readers and the applier have a connection each: a long pipeline of
/// writes holds up no page.
/// </summary>
/// <param name="connectionString">Of Redis.</param>
/// <param name="name">Of the connections.</param>
/// <param name="watermark">Key of the hash: generation, at (ms), refill.</param>
/// <param name="pattern">Matches every key of every board, and nothing else.</param>
/// <param name="time">The clock.</param>
internal abstract class BoardStore(
    string connectionString, string name, string watermark, string pattern, TimeProvider time) : IDisposable
{
    /// <summary>Entries, each counted once for every key that it is in: some 5 ms of Redis.</summary>
    private const int OperationsAScript = 3_000;

    /// <summary>
    /// Two of them are under way, well within <see cref="WriteTimeout"/> and between two heartbeats, also where Redis
    /// gets a tenth of a processor.
    /// </summary>
    private const int OperationsAPipeline = 15_000;

    /// <summary>What a script costs beside its entries.</summary>
    private const int OperationsOfAScript = 50;

    protected static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(1);
    protected static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan WriteDeadline = TimeSpan.FromSeconds(10);
    protected readonly BoundedRedis _reads = new(connectionString, $"{name}-read", maxOutstanding: 1_000);
    protected readonly BoundedRedis _writes = new(connectionString, $"{name}-write", maxOutstanding: 64);
    private long _redisAheadMilliseconds;

    /// <summary>
    /// A write of now must have reached Redis by then (its clock), or it is refused: what froze on the way stays
    /// harmless.
    /// </summary>
    public long NewDeadline() =>
        time.GetUtcNow().ToUnixTimeMilliseconds()
        + Interlocked.Read(ref _redisAheadMilliseconds)
        + (long)WriteDeadline.TotalMilliseconds;

    public async Task<StoreSeen> ProbeAsync(CancellationToken cancellationToken)
    {
        var answer = await _writes.RunAsync(
            async redis => (RedisResult[])(await redis.ScriptEvaluateAsync(StoreScripts.Probe, [watermark], []))!,
            ReadTimeout,
            cancellationToken);
        var now = (long)answer[1];
        Interlocked.Exchange(ref _redisAheadMilliseconds, now - time.GetUtcNow().ToUnixTimeMilliseconds());
        return new StoreSeen(
            (string)answer[0]!,
            DateTimeOffset.FromUnixTimeMilliseconds(now),
            answer[2].IsNull ? null : (string)answer[2]!,
            answer[3].IsNull ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)answer[3]));
    }

    /// <summary>Every change before <paramref name="at"/> is on the boards of the Redis that was probed.</summary>
    public Task PublishAsync(string runId, DateTimeOffset at, bool refilling, CancellationToken cancellationToken) =>
        _writes.RunAsync(
            redis => redis.ScriptEvaluateAsync(
                StoreScripts.Publish, [watermark], [runId, at.ToUnixTimeMilliseconds(), refilling ? 1 : 0]),
            ReadTimeout,
            cancellationToken);

    public Task BeginGenerationAsync(Guid generation, CancellationToken cancellationToken) => _writes.RunAsync(
        async redis =>
        {
            await redis.HashSetAsync(
                watermark, [new("generation", generation.ToString("D")), new("at", 0), new("refill", 1)]);
            return true;
        },
        ReadTimeout,
        cancellationToken);

    /// <summary>Removes all boards and fences of <paramref name="generation"/> in bounded steps.</summary>
    /// <returns>False when the boards belong to another generation by now.</returns>
    public async Task<bool> DeleteAllAsync(string? generation, CancellationToken cancellationToken)
    {
        var cursor = "0";
        do
        {
            var from = cursor;
            var next = await _writes.RunAsync(
                redis => redis.ScriptEvaluateAsync(
                    StoreScripts.Delete, [watermark], [pattern, from, generation ?? string.Empty]),
                WriteTimeout,
                cancellationToken);
            if (next.IsNull)
            {
                return false;
            }

            cursor = (string)next!;
        }
        while (cursor != "0");

        return true;
    }

    public void Dispose()
    {
        _reads.Dispose();
        _writes.Dispose();
    }

    /// <summary>
    /// Sets or removes every entry: few large scripts, pipelined, the next pipeline made while Redis does the one
    /// before. Safe to repeat, also in parts: scores are absolute, older tokens are refused.
    /// </summary>
    /// <returns>More than 0: some of it was refused because a newer token has written.</returns>
    protected async Task<long> WriteAsync<TEntry>(
        WriteRight right,
        IEnumerable<BoardWrite<TEntry>> boards,
        EntryShape<TEntry> shape,
        CancellationToken cancellationToken)
    {
        var (refused, running) = (0L, Task.FromResult(0L));
        foreach (var pipeline in Pipelines(boards, shape))
        {
            var next = SendAsync(right, pipeline, shape, cancellationToken);
            refused += await running;
            running = next;
        }

        return refused + await running;
    }

    private Task<long> SendAsync<TEntry>(
        WriteRight right,
        List<(StoredBoard Board, ArraySegment<TEntry> Entries)> scripts,
        EntryShape<TEntry> shape,
        CancellationToken cancellationToken) => _writes.RunAsync(
        async redis =>
        {
            var answers = await Task.WhenAll(scripts.ConvertAll(script => redis.ScriptEvaluateAsync(
                StoreScripts.Write, script.Board.Keys, shape.Arguments(right, script.Board, script.Entries))));
            return answers.Sum(answer => (long)answer is >= 0 and var some
                ? some
                : throw new RedisAwayException("A write reached Redis after its deadline."));
        },
        WriteTimeout,
        cancellationToken);

    // The best first: what is inserted one below the other finds its way through the set in the processor's cache.
    private static IEnumerable<List<(StoredBoard Board, ArraySegment<TEntry> Entries)>> Pipelines<TEntry>(
        IEnumerable<BoardWrite<TEntry>> boards, EntryShape<TEntry> shape)
    {
        var (scripts, operations) = (new List<(StoredBoard, ArraySegment<TEntry>)>(), 0);
        foreach (var (board, entries) in boards)
        {
            TEntry[] best = [.. entries];
            Array.Sort(Array.ConvertAll(best, entry => shape.IsSet(entry) ? -shape.Scores[0](entry) : 0), best);
            var atOnce = Math.Max(OperationsAScript / shape.Keys, 1);
            for (var from = 0; from < best.Length; from += atOnce)
            {
                var some = new ArraySegment<TEntry>(best, from, Math.Min(atOnce, best.Length - from));
                scripts.Add((board, some));
                operations += OperationsOfAScript + (some.Count * shape.Keys);
                if (operations >= OperationsAPipeline)
                {
                    yield return scripts;
                    (scripts, operations) = ([], 0);
                }
            }
        }

        if (scripts.Count > 0)
        {
            yield return scripts;
        }
    }
}
