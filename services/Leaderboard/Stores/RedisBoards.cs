using System.Numerics;
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
    private const int ScriptsAPipeline = 200;
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
    /// <returns>More than 0: some of it was refused because a newer token has written.</returns>
    public Task<long> WriteAsync(
        long token, long deadline, IEnumerable<BoardChange> changes, CancellationToken cancellationToken) => WriteAsync(
        token,
        deadline,
        [
            .. from board in changes.GroupBy(change => change.Board.Scores)
               select new BoardEntries(board.First().Board, [.. board.Select(change => (change.Athlete, change.Score))]),
        ],
        cancellationToken);

    /// <summary>The same, already by board.</summary>
    public async Task<long> WriteAsync(
        long token, long deadline, IReadOnlyList<BoardEntries> boards, CancellationToken cancellationToken)
    {
        var scripts =
            from board in boards
            from chunk in board.Entries.Chunk(EntriesAScript)
            select (board.Board, Entries: chunk);
        var refused = 0L;
        foreach (var pipeline in scripts.Chunk(ScriptsAPipeline))
        {
            refused += await _writes.RunAsync(
                async redis =>
                {
                    var answers = await Task.WhenAll(pipeline.Select(script => redis.ScriptEvaluateAsync(
                        BoardScripts.Write,
                        [script.Board.Scores, script.Board.Fence],
                        WriteArguments(token, deadline, script.Board, script.Entries))).ToArray());
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

    /// <summary>The lines of some athletes, in their order; <c>null</c> for one who has none.</summary>
    public Task<BoardLine?[]> ReadLinesAsync(
        BoardKey board, IReadOnlyList<long> athletes, CancellationToken cancellationToken) => _reads.RunAsync(
        async redis =>
        {
            var lines = (RedisResult[])(await redis.ScriptEvaluateAsync(
                BoardScripts.Lines, [board.Scores], [.. athletes.Select(athlete => (RedisValue)BoardMember.Encode(athlete))]))!;
            return lines.Select((line, i) => line.IsNull ? null : BoardLine.From((RedisResult[])line!, athletes[i])).ToArray();
        },
        ReadTimeout,
        cancellationToken);

    /// <returns>What Redis holds for each of these, in their order; 0: no entry.</returns>
    public Task<long[]> ScoresAsync(IReadOnlyList<BoardChange> entries, CancellationToken cancellationToken) =>
        _writes.RunAsync(
            async redis =>
            {
                var scores = await Task.WhenAll(entries.Select(entry =>
                    redis.SortedSetScoreAsync(entry.Board.Scores, BoardMember.Encode(entry.Athlete))).ToArray());
                return Array.ConvertAll(scores, score => (long)(score ?? 0));
            },
            WriteTimeout,
            cancellationToken);

    /// <summary>A few members of a few boards, whoever they are.</summary>
    /// <param name="cursor">Of the last sample; "0": from the beginning.</param>
    /// <param name="share">Where in each board, 0 to 1.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<(string Cursor, List<(string Key, byte[] Member)> Members)> SampleAsync(
        string cursor, double share, CancellationToken cancellationToken)
    {
        var answer = (RedisResult[])(await _writes.RunAsync(
            redis => redis.ScriptEvaluateAsync(
                BoardScripts.Sample, [BoardKey.Watermark], [BoardKey.BoardPattern, cursor, share]),
            ReadTimeout,
            cancellationToken))!;
        var members =
            from board in (RedisResult[])answer[1]!
            let parts = (RedisResult[])board!
            from member in (RedisValue[])parts[1]!
            select ((string)parts[0]!, (byte[])member!);
        return ((string)answer[0]!, [.. members]);
    }

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

    /// <summary>Every change before <paramref name="at"/> is on the boards of the Redis that was probed.</summary>
    public Task PublishAsync(string runId, DateTimeOffset at, bool refilling, CancellationToken cancellationToken) =>
        _writes.RunAsync(
            redis => redis.ScriptEvaluateAsync(
                BoardScripts.Publish,
                [BoardKey.Watermark],
                [runId, at.ToUnixTimeMilliseconds(), refilling ? 1 : 0]),
            ReadTimeout,
            cancellationToken);

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

    private static RedisValue[] WriteArguments(
        long token, long deadline, BoardKey board, (long Athlete, long Score)[] entries)
    {
        var (partitions, set) = (0u, 0);
        foreach (var (athlete, score) in entries)
        {
            partitions |= 1u << AthletePartition.Of(athlete);
            set += score > 0 ? 1 : 0;
        }

        var count = BitOperations.PopCount(partitions);
        var arguments = new RedisValue[5 + count + entries.Length + set];
        (arguments[0], arguments[1], arguments[3], arguments[4]) = (token, deadline, count, set);
        arguments[2] = board.Window.ExpiresAt(board.Period)?.ToUnixTimeMilliseconds() ?? 0;
        var next = 5;
        for (var partition = 0; partition < AthletePartition.Count; partition++)
        {
            if ((partitions >> partition & 1) == 1)
            {
                arguments[next++] = partition;
            }
        }

        var gone = next + (2 * set);
        foreach (var (athlete, score) in entries)
        {
            if (score > 0)
            {
                arguments[next++] = score;
                arguments[next++] = BoardMember.Encode(athlete);
            }
            else
            {
                arguments[gone++] = BoardMember.Encode(athlete);
            }
        }

        return arguments;
    }
}

/// <summary>What entries of one board are to be; a score of 0 takes one off.</summary>
internal sealed record BoardEntries(BoardKey Board, List<(long Athlete, long Score)> Entries)
{
    /// <summary>Hands its entries over; it is empty afterwards.</summary>
    public BoardEntries TakeAll()
    {
        var taken = new BoardEntries(Board, [.. Entries]);
        Entries.Clear();
        return taken;
    }
}
