using Microsoft.AspNetCore.Http.Extensions;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Reading;

internal static class NextBoardPage
{
    /// <summary>
    /// This request's own query with the cursor, and with the period: at midnight "this day" becomes another board.
    /// </summary>
    public static void AddLink(HttpContext http, BoardKey board, BoardCursor next)
    {
        var kept = http.Request.Query.Where(given => given.Key is not ("cursor" or "page" or "period" or "neighbours"));
        var query = new QueryBuilder(kept) { { "cursor", next.ToString() } };
        if (board.Window != Window.Range && board.Period.Text is { } text)
        {
            query.Add("period", text);
        }

        // Relative, because behind the gateway this service does not know the host that the caller used.
        http.Response.Headers.Append("Link", $"<{http.Request.Path.ToUriComponent()}{query}>; rel=\"next\"");
    }
}
