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
internal sealed class RedisClubs(string connectionString, TimeProvider time)
    : BoardStore(connectionString, "clubs", ClubBoardKey.Watermark, ClubBoardKey.Pattern, time)
{
    private static readonly EntryShape<ClubChange> Entry = new(
        change => change.Athlete,
        change => change.Totals is not null,
        [.. ClubColumn.All.Select(column => (Func<ClubChange, long>)(change => column.ScoreOf(change.Totals!)))],
        change => change.Totals!.Serialize());

    public static int KeysAnEntry => Entry.Keys;

    /// <inheritdoc cref="BoardStore.WriteAsync"/>
    public Task<long> WriteAsync(
        WriteRight right, IEnumerable<ClubChange> changes, CancellationToken cancellationToken) => WriteAsync(
        right,
        from board in changes.GroupBy(change => change.Board)
        select new BoardWrite<ClubChange>(Stored(board.Key), [.. board]),
        Entry,
        cancellationToken);

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

    private static StoredBoard Stored(ClubBoardKey board) =>
        new([board.Fence, .. Sets(board), board.Totals], HasHash: true, ClubWeek.ExpiresAt(board.Week));

    private static IEnumerable<RedisKey> Sets(ClubBoardKey board) =>
        ClubColumn.All.Select(column => (RedisKey)board.Scores(column));

    private static RedisValue[] ReadArguments(ClubSlice slice, long? viewer) =>
    [
        slice.Size,
        viewer is { } number ? BoardMember.Encode(number) : string.Empty,
        slice.Start,
        slice.After is { } line ? line.Score.ToString(CultureInfo.InvariantCulture) : string.Empty,
        slice.After is { } member ? BoardMember.Encode(member.Athlete) : string.Empty,
    ];
}
