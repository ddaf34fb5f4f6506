using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Net.Http.Headers;
using Strava.Contracts.Rest;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Reading;

/// <summary>A page with the names of those on it, in the API's shape.</summary>
internal sealed record NamedPage(BoardPage Page, IReadOnlyDictionary<long, Athlete> Athletes)
{
    public PlaceBoard ToPlaceBoard(BoardKey key, string place, bool isStale) => new()
    {
        Board = new PlaceBoard.BoardHeader
        {
            Sport = key.Sport,
            Place = place,
            Window = key.Window.Word,
            Period = key.Period.Text,
            AsOf = Page.At,
            Stale = isStale,
        },
        Entries = Entries(Page.Lines),
        Viewer = Page.Viewer is { } own
            ? new PlaceBoard.BoardViewer
            {
                Rank = own.Rank,
                DistanceMeters = own.Score.DistanceMeters,
                Activities = own.Score.Activities,
            }
            : null,
        Total = Page.Total,
        Neighbours = Entries(Page.Neighbours),
    };

    private PlaceBoard.BoardEntry[] Entries(IReadOnlyList<BoardLine> lines) =>
    [
        .. from line in lines
           let athlete = Athletes.GetValueOrDefault(line.Athlete)
           where athlete is not null
           select new PlaceBoard.BoardEntry
           {
               Rank = line.Rank,
               AthleteId = athlete.Id,
               AthleteName = athlete.Name,
               DistanceMeters = line.Score.DistanceMeters,
               Activities = line.Score.Activities,
           },
    ];
}

internal static class BoardTag
{
    /// <summary>
    /// All that the page shows but its time: that moves each second, and who holds the same lines has seen nothing old.
    /// </summary>
    public static EntityTagHeaderValue Of(PlaceBoard board)
    {
        using var content = new MemoryStream(capacity: 8_192);
        using var writer = new BinaryWriter(content);
        var header = board.Board;
        writer.Write((byte)header.Sport);
        writer.Write(header.Place);
        writer.Write(header.Window);
        writer.Write(header.Period ?? string.Empty);
        writer.Write(header.Stale);
        writer.Write(board.Total);
        writer.Write(board.Viewer is not null);
        if (board.Viewer is { } viewer)
        {
            writer.Write(viewer.Rank);
            writer.Write(viewer.DistanceMeters);
            writer.Write(viewer.Activities);
        }

        Write(writer, board.Entries);
        Write(writer, board.Neighbours ?? []);
        writer.Flush();
        var hash = SHA256.HashData(content.GetBuffer().AsSpan(0, (int)content.Length));
        return EntityTags.Weak(Convert.ToHexStringLower(hash.AsSpan(0, 16)));
    }

    private static void Write(BinaryWriter writer, IReadOnlyList<PlaceBoard.BoardEntry> entries)
    {
        Span<byte> id = stackalloc byte[16];
        writer.Write(entries.Count);
        foreach (var entry in entries)
        {
            entry.AthleteId.TryWriteBytes(id);
            writer.Write(entry.Rank);
            writer.Write(id);
            writer.Write(entry.AthleteName is not null);
            writer.Write(entry.AthleteName ?? string.Empty);
            writer.Write(entry.DistanceMeters);
            writer.Write(entry.Activities);
        }
    }
}

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
