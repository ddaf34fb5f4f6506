using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Memory;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Reading;

/// <summary>
/// Boards that do not stand in Redis: any range, and periods past their retention. Worked out beside the requests, once
/// for all who ask at the same time, a few at a time, and kept for a short while; a request only waits for it, not
/// long.
/// </summary>
internal sealed class OnDemandBoards(RangeTotals totals, TimeProvider time) : IDisposable
{
    private const int MaxEntriesKept = 4_000_000;
    private const int MaxAtOnce = 2;
    private const int MaxWaiting = 16;
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly MemoryCache _boards = new(new MemoryCacheOptions { SizeLimit = MaxEntriesKept });
    private readonly ConcurrentDictionary<string, Task<RangeBoard>> _underWay = new();
    private readonly SemaphoreSlim _turns = new(MaxAtOnce);
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();

    public static bool Answers(BoardKey key, DateTimeOffset now) =>
        key.Window == Window.Range || key.Window.ExpiresAt(key.Period) <= now;

    /// <returns><c>null</c>: it is still being worked out, or too many others are; ask again.</returns>
    public async Task<BoardPage?> ReadAsync(
        BoardKey key, BoardSlice slice, long? viewer, CancellationToken cancellationToken)
    {
        if (!_boards.TryGetValue(key.Scores, out RangeBoard? board))
        {
            if (Begin(key) is not { } underWay)
            {
                return null;
            }

            try
            {
                board = await underWay.WaitAsync(Patience, cancellationToken);
            }
            catch (TimeoutException)
            {
                return null;
            }
        }

        return board!.Read(slice, viewer) with { FreshFor = Kept + Patience };
    }

    public void Dispose()
    {
        _ending.Cancel();
        _boards.Dispose();
    }

    private Task<RangeBoard>? Begin(BoardKey key)
    {
        lock (_gate)
        {
            if (_underWay.TryGetValue(key.Scores, out var underWay))
            {
                return underWay;
            }

            return _underWay.Count < MaxWaiting ? _underWay[key.Scores] = Task.Run(() => WorkOutAsync(key)) : null;
        }
    }

    // Goes on when the one who asked has gone: the next finds it.
    private async Task<RangeBoard> WorkOutAsync(BoardKey key)
    {
        try
        {
            await _turns.WaitAsync(_ending.Token);
            try
            {
                var board = await totals.ReadAsync(key, _ending.Token);
                _boards.Set(key.Scores, board, new MemoryCacheEntryOptions
                {
                    Size = board.Total + 1,
                    AbsoluteExpiration = time.GetUtcNow() + Kept,
                });
                return board;
            }
            finally
            {
                _turns.Release();
            }
        }
        finally
        {
            lock (_gate)
            {
                _underWay.TryRemove(key.Scores, out _);
            }
        }
    }
}
