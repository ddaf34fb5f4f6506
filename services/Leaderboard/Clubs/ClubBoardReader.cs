using Microsoft.Extensions.Caching.Memory;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Clubs;

/// <summary>
/// Redis when it is there and whole; else the last first page seen, if any. Bounded by lines. As <see
/// cref="Reading.BoardReader"/>.
/// </summary>
internal sealed class ClubBoardReader(RedisClubs redis) : IDisposable
{
    private const int MaxLines = 200_000;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);
    private readonly MemoryCache _pages = new(new MemoryCacheOptions { SizeLimit = MaxLines });

    /// <returns><c>null</c>: Redis is away and this page was not seen lately.</returns>
    public async Task<ClubBoardPage?> ReadAsync(
        ClubBoardKey board, ClubSlice slice, long? viewer, CancellationToken cancellationToken)
    {
        try
        {
            var page = await redis.ReadAsync(board, slice, viewer, cancellationToken);
            if (page.IsWhole)
            {
                Keep(board, slice, viewer, page);
                return page;
            }

            // A board that is being filled shows a part; the page from before shows more.
            return Find(board, slice, viewer) ?? page;
        }
        catch (RedisAwayException)
        {
            return Find(board, slice, viewer);
        }
    }

    public void Dispose() => _pages.Dispose();

    private void Keep(ClubBoardKey board, ClubSlice slice, long? viewer, ClubBoardPage page)
    {
        if (!slice.IsFirstPage)
        {
            return;
        }

        Set(KeyOf(board, slice), page with { Viewer = null }, page.Lines.Count + 1);
        if (viewer is { } number)
        {
            if (page.Viewer is { } own)
            {
                Set((KeyOf(board, slice), number), own, size: 1);
            }
            else
            {
                _pages.Remove((KeyOf(board, slice), number));
            }
        }
    }

    private ClubBoardPage? Find(ClubBoardKey board, ClubSlice slice, long? viewer)
    {
        if (!slice.IsFirstPage || _pages.Get<ClubBoardPage>(KeyOf(board, slice)) is not { } page)
        {
            return null;
        }

        var line = viewer is { } number
            ? page.Lines.FirstOrDefault(line => line.Athlete == number)
                ?? _pages.Get<ClubLine>((KeyOf(board, slice), number))
            : null;
        return page with { Viewer = line, IsWhole = false };
    }

    private static (string Stem, string Column, int Size) KeyOf(ClubBoardKey board, ClubSlice slice) =>
        (board.Stem, slice.Column.Word, slice.Size);

    private void Set(object key, object value, int size) =>
        _pages.Set(key, value, new MemoryCacheEntryOptions { Size = size, AbsoluteExpirationRelativeToNow = Kept });
}
