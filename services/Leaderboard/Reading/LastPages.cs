using Microsoft.Extensions.Caching.Memory;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Reading;

/// <summary>
/// The last whole pages seen, for the time when Redis is away or being filled. Bounded by lines; the rest is forgotten.
/// </summary>
internal sealed class LastPages : IDisposable
{
    private const int MaxLines = 500_000;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);
    private readonly MemoryCache _pages = new(new MemoryCacheOptions { SizeLimit = MaxLines });

    public void Keep(BoardKey board, int top, long? viewer, BoardPage page)
    {
        Set((board.Scores, top), page with { Viewer = null }, page.Lines.Count + 1);
        if (viewer is { } number)
        {
            Keep((board.Scores, number, "viewer"), page.Viewer);
        }
    }

    /// <summary>The page as it was, with the viewer's last line that we know.</summary>
    /// <returns><c>null</c>: not seen lately.</returns>
    public BoardPage? Find(BoardKey board, int top, long? viewer)
    {
        if (_pages.Get<BoardPage>((board.Scores, top)) is not { } page)
        {
            return null;
        }

        var line = viewer is { } number
            ? page.Lines.FirstOrDefault(line => line.Athlete == number) ?? _pages.Get<BoardLine>((board.Scores, number, "viewer"))
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
