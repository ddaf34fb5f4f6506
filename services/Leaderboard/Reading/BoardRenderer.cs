using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Strava.Contracts.Rest;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Reading;

/// <summary>
/// Pages as JSON. The lines of a page are the same for all who read it at about the same time, and nearly all of it:
/// they get their names and are serialised once, and each reader's answer is put together around them.
/// </summary>
internal sealed class BoardRenderer(AthleteDirectory athletes, IOptions<JsonOptions> json, TimeProvider time)
{
    /// <summary>As old as names may be anyway.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private readonly JsonSerializerOptions _options = json.Value.SerializerOptions;
    private readonly ConditionalWeakTable<IReadOnlyList<BoardLine>, Lines> _rendered = [];

    /// <param name="page">Of that board.</param>
    /// <param name="key">Which.</param>
    /// <param name="place">As people call it.</param>
    /// <param name="isStale">Whether the page is.</param>
    /// <param name="withNeighbours">Whether they were asked for.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public async Task<BoardAnswer> RenderAsync(
        BoardPage page,
        BoardKey key,
        string place,
        bool isStale,
        bool withNeighbours,
        CancellationToken cancellationToken)
    {
        var header = new PlaceBoard.BoardHeader
        {
            Sport = key.Sport,
            Place = place,
            Window = key.Window.Word,
            Period = key.Period.Text,
            AsOf = page.At,
            Stale = isStale,
        };
        var viewer = page.Viewer is { } own
            ? new PlaceBoard.BoardViewer
            {
                Rank = own.Rank,
                DistanceMeters = own.Score.DistanceMeters,
                Activities = own.Score.Activities,
            }
            : null;
        var lines = await LinesAsync(page.Lines, cancellationToken);
        var neighbours = withNeighbours ? await EntriesAsync(page.Neighbours, cancellationToken) : null;
        return new BoardAnswer(Put(header, lines.Json, viewer, page.Total, neighbours), TagOf());

        // All that is shown but its time: that moves each second, and who holds the same lines has seen nothing old.
        EntityTagHeaderValue TagOf()
        {
            var rest = Put(header with { AsOf = default }, lines.Hash, viewer, page.Total, neighbours);
            return EntityTags.Weak(Convert.ToHexStringLower(SHA256.HashData(rest.Span).AsSpan(0, 16)));
        }
    }

    private ReadOnlyMemory<byte> Put(
        PlaceBoard.BoardHeader header,
        byte[] entries,
        PlaceBoard.BoardViewer? viewer,
        long total,
        PlaceBoard.BoardEntry[]? neighbours)
    {
        var body = new ArrayBufferWriter<byte>(entries.Length + 1_024);
        using var writer = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = _options.Encoder, SkipValidation = true });
        writer.WriteStartObject();
        writer.WritePropertyName("board");
        JsonSerializer.Serialize(writer, header, _options);
        writer.WritePropertyName("entries");
        writer.WriteRawValue(entries, skipInputValidation: true);
        writer.WritePropertyName("viewer");
        JsonSerializer.Serialize(writer, viewer, _options);
        writer.WriteNumber("total", total);
        if (neighbours is not null)
        {
            writer.WritePropertyName("neighbours");
            JsonSerializer.Serialize(writer, neighbours, _options);
        }

        writer.WriteEndObject();
        writer.Flush();
        return body.WrittenMemory;
    }

    private async Task<Lines> LinesAsync(IReadOnlyList<BoardLine> page, CancellationToken cancellationToken)
    {
        if (_rendered.TryGetValue(page, out var known) && time.GetElapsedTime(known.At) < Freshness)
        {
            return known;
        }

        var entries = JsonSerializer.SerializeToUtf8Bytes(await EntriesAsync(page, cancellationToken), _options);
        var hash = JsonSerializer.SerializeToUtf8Bytes(SHA256.HashData(entries));
        var lines = new Lines(entries, hash, time.GetTimestamp());
        _rendered.AddOrUpdate(page, lines);
        return lines;
    }

    private async Task<PlaceBoard.BoardEntry[]> EntriesAsync(
        IReadOnlyList<BoardLine> lines, CancellationToken cancellationToken)
    {
        var known = await athletes.FindAsync(lines.Select(line => line.Athlete), cancellationToken);
        return
        [
            .. from line in lines
               let athlete = known.GetValueOrDefault(line.Athlete)
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

    /// <param name="Json">The entries.</param>
    /// <param name="Hash">Theirs, as JSON too.</param>
    /// <param name="At">When they got their names.</param>
    private sealed record Lines(byte[] Json, byte[] Hash, long At);
}
