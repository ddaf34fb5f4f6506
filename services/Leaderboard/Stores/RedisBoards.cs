using System.Globalization;
using StackExchange.Redis;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Stores;

/// <summary>What a Redis tells about itself.</summary>
internal sealed record StoreSeen(string RunId, DateTimeOffset Now, string? Generation, DateTimeOffset? At);

/// <summary>
/// The boards in Redis. Readers and the applier have a connection each: a long pipeline of writes holds up no page.
/// </summary>
internal sealed class RedisBoards(string connectionString, TimeProvider time) : IDisposable
{
    private const int EntriesAScript = 500;
    private const int ScriptsAPipeline = 2_000;
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan WriteDeadline = TimeSpan.FromSeconds(10);
    private readonly BoundedRedis _reads = new(connectionString, "boards-read", maxOutstanding: 1_000);
    private readonly BoundedRedis _writes = new(connectionString, "boards-write", maxOutstanding: 64);
    private long _redisAheadMilliseconds;

    /// <summary>
    /// A write of now must have reached Redis by then (its clock), or it is refused: what froze on the way stays
    /// harmless.
    /// </summary>
    public long NewDeadline() =>
        time.GetUtcNow().ToUnixTimeMilliseconds()
        + Interlocked.Read(ref _redisAheadMilliseconds)
        + (long)WriteDeadline.TotalMilliseconds;

    /// <summary>
    /// Sets every entry to its score, pipelined. Safe to repeat, also in parts: scores are absolute, older tokens are
    /// refused.
    /// </summary>
    /// <returns>How many entries were refused by a newer token.</returns>
    public async Task<long> WriteAsync(
        long token, long deadline, IReadOnlyList<BoardChange> changes, CancellationToken cancellationToken)
    {
        var scripts =
            from board in changes.GroupBy(change => change.Board)
            from chunk in board.Chunk(EntriesAScript)
            select (Board: board.Key, Changes: chunk);
        var refused = 0L;
        foreach (var pipeline in scripts.Chunk(ScriptsAPipeline))
        {
            refused += await _writes.RunAsync(
                async redis =>
                {
                    var answers = await Task.WhenAll(pipeline.Select(script => redis.ScriptEvaluateAsync(
                        BoardScripts.Write,
                        [script.Board.Scores, script.Board.Fence],
                        WriteArguments(token, deadline, script.Board, script.Changes))).ToArray());
                    return answers.Sum(answer => (long)answer is >= 0 and var some
                        ? some
                        : throw new RedisAwayException("A write reached Redis after its deadline."));
                },
                WriteTimeout,
                cancellationToken);
        }

        return refused;
    }

    /// <param name="board">Which.</param>
    /// <param name="slice">What of it.</param>
    /// <param name="viewer">The caller's number; <c>null</c>: has none, so is on no board.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public Task<BoardPage> ReadAsync(
        BoardKey board, BoardSlice slice, long? viewer, CancellationToken cancellationToken) => _reads.RunAsync(
        async redis =>
        {
            // Sent together: one round trip.
            var page = redis.ScriptEvaluateAsync(BoardScripts.Read, [board.Scores], ReadArguments(slice, viewer));
            var mark = redis.HashGetAllAsync(BoardKey.Watermark);
            await Task.WhenAll(page, mark);
            return BoardPage.From((RedisResult[])page.Result!, viewer, mark.Result);
        },
        ReadTimeout,
        cancellationToken);

    public async Task<StoreSeen> ProbeAsync(CancellationToken cancellationToken)
    {
        var answer = await _writes.RunAsync(
            async redis => (RedisResult[])(await redis.ScriptEvaluateAsync(
                BoardScripts.Probe, [BoardKey.Watermark], []))!,
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

    /// <summary>Every change before <paramref name="at"/> is on the boards.</summary>
    public Task PublishAsync(DateTimeOffset at, bool refilling, CancellationToken cancellationToken) =>
        SetMarkAsync([new("at", at.ToUnixTimeMilliseconds()), new("refill", refilling ? 1 : 0)], cancellationToken);

    public Task BeginGenerationAsync(Guid generation, CancellationToken cancellationToken) =>
        SetMarkAsync([new("generation", generation.ToString("D")), new("at", 0), new("refill", 1)], cancellationToken);

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
                    BoardScripts.Delete, [BoardKey.Watermark], [BoardKey.Pattern, from, generation ?? string.Empty]),
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

    private Task<bool> SetMarkAsync(HashEntry[] fields, CancellationToken cancellationToken) => _writes.RunAsync(
        async redis =>
        {
            await redis.HashSetAsync(BoardKey.Watermark, fields);
            return true;
        },
        ReadTimeout,
        cancellationToken);

    private static RedisValue[] ReadArguments(BoardSlice slice, long? viewer) =>
    [
        slice.Size,
        viewer is { } number ? BoardMember.Encode(number) : string.Empty,
        slice.Neighbours,
        slice.Start,
        slice.After is { } score ? score.Score : string.Empty,
        slice.After is { } member ? BoardMember.Encode(member.Athlete) : string.Empty,
    ];

    private static RedisValue[] WriteArguments(long token, long deadline, BoardKey board, BoardChange[] changes)
    {
        var expiry = board.Window.ExpiresAt(board.Period)?.ToUnixTimeMilliseconds() ?? 0;
        var arguments = new List<RedisValue>(3 + (3 * changes.Length)) { token, deadline, expiry };
        foreach (var change in changes)
        {
            arguments.Add(AthletePartition.Of(change.Athlete));
            arguments.Add(BoardMember.Encode(change.Athlete));
            arguments.Add(change.Score.ToString(CultureInfo.InvariantCulture));
        }

        return [.. arguments];
    }
}
