using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Reading;

/// <summary>
/// Redis when it is there and whole; else the last page seen, if any. Who comes right after another, or together with
/// others, gets the lines that the other got, some tenths of a second old as their asOf says, and a line of their own.
/// </summary>
internal sealed class BoardReader(RedisBoards redis, ViewerLines viewers, LastPages lastPages)
{
    private readonly SharedReads<(BoardKey, int), BoardPage> _underWay = new();

    /// <returns><c>null</c>: Redis is away and this page was not seen lately.</returns>
    public async Task<BoardPage?> ReadAsync(
        BoardKey board, BoardSlice slice, long? viewer, CancellationToken cancellationToken)
    {
        try
        {
            var page = slice is { IsFirstPage: true, Neighbours: 0 }
                ? await SharedAsync(board, slice, viewer, cancellationToken)
                : await AloneAsync(board, slice, viewer, cancellationToken);

            // A board that is being filled shows a part; the page from before shows more.
            return page.IsWhole ? page : lastPages.Find(board, slice, viewer) ?? page;
        }
        catch (RedisAwayException)
        {
            return lastPages.Find(board, slice, viewer);
        }
    }

    private async Task<BoardPage> SharedAsync(
        BoardKey board, BoardSlice slice, long? viewer, CancellationToken cancellationToken)
    {
        var page = lastPages.Recent(board, slice) ?? await _underWay.ReadAsync(
            (board, slice.Size), () => AloneAsync(board, slice, viewer: null, CancellationToken.None), cancellationToken);
        return page with { Viewer = await ViewerAsync(board, page, viewer, cancellationToken) };
    }

    private async Task<BoardPage> AloneAsync(
        BoardKey board, BoardSlice slice, long? viewer, CancellationToken cancellationToken)
    {
        var page = await redis.ReadAsync(board, slice, viewer, cancellationToken);
        if (page.IsWhole)
        {
            lastPages.Keep(board, slice, viewer, page);
        }

        return page;
    }

    private async Task<BoardLine?> ViewerAsync(
        BoardKey board, BoardPage page, long? viewer, CancellationToken cancellationToken)
    {
        if (viewer is not { } athlete)
        {
            return null;
        }

        if (page.Lines.FirstOrDefault(line => line.Athlete == athlete) is { } shown)
        {
            return shown;
        }

        var line = await viewers.ReadAsync(board, athlete, cancellationToken);
        if (page.IsWhole)
        {
            lastPages.Keep(board, athlete, line);
        }

        return line;
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
