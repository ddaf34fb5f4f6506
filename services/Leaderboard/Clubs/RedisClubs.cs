using System.Globalization;
using StackExchange.Redis;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Clubs;

/// <summary>What an athlete's entry on a board is to be; without totals there is to be none.</summary>
internal sealed record ClubChange(ClubBoardKey Board, long Athlete, ClubTotals? Totals);

/// <summary>
/// The boards of clubs in Redis, on connections of their own: neither they nor places wait for each other.
/// </summary>
internal sealed class RedisClubs(string connectionString, TimeProvider time) : IDisposable
{
    private const int EntriesAScript = 200;
    private const int ScriptsAPipeline = 500;
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan WriteDeadline = TimeSpan.FromSeconds(10);
    private readonly BoundedRedis _reads = new(connectionString, "clubs-read", maxOutstanding: 1_000);
    private readonly BoundedRedis _writes = new(connectionString, "clubs-write", maxOutstanding: 64);
    private long _redisAheadMilliseconds;

    /// <summary>A write of now must have reached Redis by then (its clock), or it is refused.</summary>
    public long NewDeadline() =>
        time.GetUtcNow().ToUnixTimeMilliseconds()
        + Interlocked.Read(ref _redisAheadMilliseconds)
        + (long)WriteDeadline.TotalMilliseconds;

    /// <summary>
    /// Sets or removes every entry, pipelined. Safe to repeat, also in parts: scores are absolute, older tokens are
    /// refused.
    /// </summary>
    /// <returns>How many entries were refused by a newer token.</returns>
    public async Task<long> WriteAsync(
        long token, long deadline, IReadOnlyList<ClubChange> changes, CancellationToken cancellationToken)
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
                        ClubScripts.Write,
                        [script.Board.Fence, script.Board.Totals, .. Sets(script.Board)],
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
    public Task<ClubBoardPage> ReadAsync(
        ClubBoardKey board, ClubSlice slice, long? viewer, CancellationToken cancellationToken) => _reads.RunAsync(
        async redis =>
        {
            // Sent together: one round trip.
            var page = redis.ScriptEvaluateAsync(
                ClubScripts.Read, [board.Scores(slice.Column), board.Totals], ReadArguments(slice, viewer));
            var mark = redis.HashGetAllAsync(ClubBoardKey.Watermark);
            await Task.WhenAll(page, mark);
            return ClubBoardPage.From((RedisResult[])page.Result!, viewer, mark.Result);
        },
        ReadTimeout,
        cancellationToken);

    /// <summary>Who is in some column's set: up to <paramref name="size"/> of each, from a place by chance.</summary>
    public Task<long[]> MembersAsync(
        ClubBoardKey board, int size, CancellationToken cancellationToken) => _reads.RunAsync(
        async redis =>
        {
            var ranges = Sets(board).Select(async set =>
            {
                var total = await redis.SortedSetLengthAsync(set);
#pragma warning disable CA5394 // Which of them are looked at is no secret.
                var start = total <= size ? 0 : Random.Shared.NextInt64(total - size + 1);
#pragma warning restore CA5394
                return await redis.SortedSetRangeByRankAsync(set, start, start + size - 1, Order.Descending);
            });
            // Who is not of eight bytes was not written by us; the oracle names such a one.
            return (await Task.WhenAll(ranges)).SelectMany(range => range).Select(member => (byte[])member!)
                .Where(member => member.Length == sizeof(long)).Select(member => BoardMember.Decode(member))
                .Distinct().ToArray();
        },
        ReadTimeout,
        cancellationToken);

    /// <summary>The entries of some athletes just as they stand, each as one text; for the comparison.</summary>
    public Task<Dictionary<long, string>> EntriesAsync(
        ClubBoardKey board, IReadOnlyList<long> athletes, CancellationToken cancellationToken) => _reads.RunAsync(
        async redis =>
        {
            var answer = (RedisResult[])(await redis.ScriptEvaluateAsync(
                ClubScripts.Entries,
                [board.Totals, .. Sets(board)],
                [.. athletes.Select(athlete => (RedisValue)BoardMember.Encode(athlete))]))!;
            return athletes.Zip(answer).ToDictionary(
                one => one.First, one => string.Join('/', ((RedisResult[])one.Second!).Select(part => (string?)part)));
        },
        ReadTimeout,
        cancellationToken);

    public async Task<StoreSeen> ProbeAsync(CancellationToken cancellationToken)
    {
        var answer = await _writes.RunAsync(
            async redis => (RedisResult[])(await redis.ScriptEvaluateAsync(
                BoardScripts.Probe, [ClubBoardKey.Watermark], []))!,
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

    /// <summary>Removes all boards of <paramref name="generation"/> in bounded steps.</summary>
    /// <returns>False when the boards belong to another generation by now.</returns>
    public async Task<bool> DeleteAllAsync(string? generation, CancellationToken cancellationToken)
    {
        var cursor = "0";
        do
        {
            var from = cursor;
            var next = await _writes.RunAsync(
                redis => redis.ScriptEvaluateAsync(
                    BoardScripts.Delete,
                    [ClubBoardKey.Watermark],
                    [ClubBoardKey.Pattern, from, generation ?? string.Empty]),
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

    private static IEnumerable<RedisKey> Sets(ClubBoardKey board) =>
        ClubColumn.All.Select(column => (RedisKey)board.Scores(column));

    private Task<bool> SetMarkAsync(HashEntry[] fields, CancellationToken cancellationToken) => _writes.RunAsync(
        async redis =>
        {
            await redis.HashSetAsync(ClubBoardKey.Watermark, fields);
            return true;
        },
        ReadTimeout,
        cancellationToken);

    private static RedisValue[] ReadArguments(ClubSlice slice, long? viewer) =>
    [
        slice.Size,
        viewer is { } number ? BoardMember.Encode(number) : string.Empty,
        slice.Start,
        slice.After is { } line ? line.Score.ToString(CultureInfo.InvariantCulture) : string.Empty,
        slice.After is { } member ? BoardMember.Encode(member.Athlete) : string.Empty,
    ];

    private static RedisValue[] WriteArguments(long token, long deadline, ClubBoardKey board, ClubChange[] changes)
    {
        var expiry = ClubWeek.ExpiresAt(board.Week).ToUnixTimeMilliseconds();
        var arguments = new List<RedisValue> { token, deadline, expiry };
        foreach (var change in changes)
        {
            arguments.Add(AthletePartition.Of(change.Athlete));
            arguments.Add(BoardMember.Encode(change.Athlete));
            arguments.Add(change.Totals?.Serialize() ?? string.Empty);
            foreach (var column in ClubColumn.All)
            {
                var score = change.Totals is { } totals ? column.ScoreOf(totals) : 0;
                arguments.Add(score.ToString(CultureInfo.InvariantCulture));
            }
        }

        return [.. arguments];
    }
}
