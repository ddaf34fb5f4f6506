using Microsoft.Extensions.Caching.Memory;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Reading;

/// <summary>
/// The last whole pages seen, for the time when Redis is away or being filled. Bounded by lines; the rest is forgotten.
/// First pages only: who reads a board to its end shall not drive out what many look at.
/// </summary>
internal sealed class LastPages : IDisposable
{
    private const int MaxLines = 500_000;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);
    private readonly MemoryCache _pages = new(new MemoryCacheOptions { SizeLimit = MaxLines });

    public void Keep(BoardKey board, BoardSlice slice, long? viewer, BoardPage page)
    {
        if (!slice.IsFirstPage)
        {
            return;
        }

        Set((board.Scores, slice.Size), page with { Viewer = null, Neighbours = [] }, page.Lines.Count + 1);
        if (viewer is { } number)
        {
            Keep((board.Scores, number, "viewer"), page.Viewer);
        }
    }

    /// <summary>The page as it was, with the viewer's last line that we know, without neighbours.</summary>
    /// <returns><c>null</c>: not seen lately.</returns>
    public BoardPage? Find(BoardKey board, BoardSlice slice, long? viewer)
    {
        if (!slice.IsFirstPage || _pages.Get<BoardPage>((board.Scores, slice.Size)) is not { } page)
        {
            return null;
        }

        var line = viewer is { } number
            ? page.Lines.FirstOrDefault(line => line.Athlete == number)
                ?? _pages.Get<BoardLine>((board.Scores, number, "viewer"))
            : null;
        return page with { Viewer = line, IsWhole = false };
    }

    public void Dispose() => _pages.Dispose();

    private void Keep(object key, BoardLine? line)
    {
        if (line is null)
        {
            _pages.Remove(key);
        }
        else
        {
            Set(key, line, size: 1);
        }
    }

    private void Set(object key, object value, int size) =>
        _pages.Set(key, value, new MemoryCacheEntryOptions { Size = size, AbsoluteExpirationRelativeToNow = Kept });
}
