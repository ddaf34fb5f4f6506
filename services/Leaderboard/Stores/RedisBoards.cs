using StackExchange.Redis;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Stores;

/// <summary>The boards of places in Redis.</summary>
internal sealed class RedisBoards(string connectionString, TimeProvider time)
    : BoardStore(connectionString, "boards", BoardKey.Watermark, BoardKey.Pattern, time)
{
    private static readonly EntryShape<(long Athlete, long Score)> Entry =
        new(entry => entry.Athlete, entry => entry.Score > 0, [entry => entry.Score], Shown: null);

    /// <inheritdoc cref="BoardStore.WriteAsync"/>
    public Task<long> WriteAsync(
        WriteRight right, IEnumerable<BoardChange> changes, CancellationToken cancellationToken) => WriteAsync(
        right,
        from board in changes.GroupBy(change => change.Board.Scores)
        select new BoardEntries(board.First().Board, [.. board.Select(change => (change.Athlete, change.Score))]),
        cancellationToken);

    /// <summary>The same, already by board.</summary>
    public Task<long> WriteAsync(
        WriteRight right, IEnumerable<BoardEntries> boards, CancellationToken cancellationToken) => WriteAsync(
        right,
        boards.Select(entries => new BoardWrite<(long, long)>(Stored(entries.Board), entries.Entries)),
        Entry,
        cancellationToken);

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

    private static StoredBoard Stored(BoardKey board) =>
        new([board.Fence, board.Scores], HasHash: false, board.Window.ExpiresAt(board.Period));

    private static RedisValue[] ReadArguments(BoardSlice slice, long? viewer) =>
    [
        slice.Size,
        viewer is { } number ? BoardMember.Encode(number) : string.Empty,
        slice.Neighbours,
        slice.Start,
        slice.After is { } score ? score.Score : string.Empty,
        slice.After is { } member ? BoardMember.Encode(member.Athlete) : string.Empty,
    ];
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
