using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Reading;

/// <summary>Redis when it is there and whole; else the last page seen, if any.</summary>
internal sealed class BoardReader(RedisBoards redis, LastPages lastPages)
{
    /// <returns><c>null</c>: Redis is away and this page was not seen lately.</returns>
    public async Task<BoardPage?> ReadAsync(
        BoardKey board, BoardSlice slice, long? viewer, CancellationToken cancellationToken)
    {
        try
        {
            var page = await redis.ReadAsync(board, slice, viewer, cancellationToken);
            if (page.IsWhole)
            {
                lastPages.Keep(board, slice, viewer, page);
                return page;
            }

            // A board that is being filled shows a part; the page from before shows more.
            return lastPages.Find(board, slice, viewer) ?? page;
        }
        catch (RedisAwayException)
        {
            return lastPages.Find(board, slice, viewer);
        }
    }
}

internal static class LocalDay
{
    /// <summary>The day at an athlete's home; UTC when the zone is unknown, to us or to this machine.</summary>
    public static DateOnly At(DateTimeOffset now, string? timeZone)
    {
        var local = timeZone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone)
            ? TimeZoneInfo.ConvertTime(now, zone)
            : now;
        return DateOnly.FromDateTime(local.DateTime);
    }
}
