using Microsoft.Extensions.Caching.Memory;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Reading;

/// <summary>
/// The last whole pages seen, for the time when Redis is away or being filled, and for whoever reads the same page in
/// the same moment. Bounded by lines; the rest is forgotten. First pages only: who reads a board to its end shall not
/// drive out what many look at.
/// </summary>
internal sealed class LastPages(TimeProvider time) : IDisposable
{
    private const int MaxLines = 500_000;

    /// <summary>For so long a page is everybody's, and a little longer while one reader fetches the next.</summary>
    private static readonly TimeSpan Shared = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SharedAtMost = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);
    private readonly MemoryCache _pages = new(new MemoryCacheOptions { SizeLimit = MaxLines });

    public void Keep(BoardKey board, BoardSlice slice, long? viewer, BoardPage page)
    {
        if (!slice.IsFirstPage)
        {
            return;
        }

        Set(
            (board.Scores, slice.Size),
            new Kept(page with { Viewer = null, Neighbours = [] }, time.GetTimestamp()),
            page.Lines.Count + 1);
        if (viewer is { } number)
        {
            Keep(board, number, page.Viewer);
        }
    }

    /// <summary>The page as all see it, where it has just been read.</summary>
    /// <returns><c>null</c>: it is the caller's turn to read it.</returns>
    public BoardPage? Recent(BoardKey board, BoardSlice slice)
    {
        if (!slice.IsFirstPage || _pages.Get<Kept>((board.Scores, slice.Size)) is not { } kept)
        {
            return null;
        }

        var age = time.GetElapsedTime(kept.At);
        return age < Shared || (age < SharedAtMost && !kept.TryTakeTurn()) ? kept.Page : null;
    }

    /// <summary>The page as it was, with the viewer's last line that we know, without neighbours.</summary>
    /// <returns><c>null</c>: not seen lately.</returns>
    public BoardPage? Find(BoardKey board, BoardSlice slice, long? viewer)
    {
        if (!slice.IsFirstPage || _pages.Get<Kept>((board.Scores, slice.Size)) is not { Page: var page })
        {
            return null;
        }

        var line = viewer is { } number
            ? page.Lines.FirstOrDefault(line => line.Athlete == number)
                ?? _pages.Get<BoardLine>((board.Scores, number, "viewer"))
            : null;
        return page with { Viewer = line, IsWhole = false };
    }

    /// <summary>A viewer's line; <c>null</c>: has none any more.</summary>
    public void Keep(BoardKey board, long viewer, BoardLine? line)
    {
        var key = (board.Scores, viewer, "viewer");
        if (line is null)
        {
            _pages.Remove(key);
        }
        else
        {
            Set(key, line, size: 1);
        }
    }

    public void Dispose() => _pages.Dispose();

    private void Set(object key, object value, int size) =>
        _pages.Set(key, value, new MemoryCacheEntryOptions { Size = size, AbsoluteExpirationRelativeToNow = Remembered });

    private sealed class Kept(BoardPage page, long at)
    {
        private int _taken;

        public BoardPage Page => page;

        public long At => at;

        /// <summary>One of those who come when it is old reads the next; the others are served meanwhile.</summary>
        public bool TryTakeTurn() => Interlocked.Exchange(ref _taken, 1) == 0;
    }
}
