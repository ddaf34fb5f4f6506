using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Reading;

/// <summary>Viewers' own lines: a crowd before one board costs Redis a few calls.</summary>
internal sealed class ViewerLines(RedisBoards redis)
{
    private readonly Crowds<BoardKey, long, BoardLine?> _crowds = new(
        async (board, athletes) => await redis.ReadLinesAsync(board, athletes, CancellationToken.None),
        () => new RedisAwayException("Too many wait for this board already."));

    /// <returns><c>null</c>: is not on the board.</returns>
    /// <exception cref="RedisAwayException">Redis does not answer, or too many wait already.</exception>
    public Task<BoardLine?> ReadAsync(BoardKey board, long athlete, CancellationToken cancellationToken) =>
        _crowds.AskAsync(board, athlete, cancellationToken);
}
