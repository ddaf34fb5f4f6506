using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
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
    private readonly SharedReads<IReadOnlyList<BoardLine>, Lines> _underWay = new();

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
        var head = lines.Head is { } known && known.Header == header ? known : lines.Head = HeadOf(header, lines.Entries);
        var neighbours = withNeighbours ? await EntriesAsync(page.Neighbours, cancellationToken) : null;
        var tail = TailOf(viewer, page.Total, neighbours);
        var tag = $"{head.Tag}-{Convert.ToHexStringLower(SHA256.HashData(tail.Span).AsSpan(0, 8))}";
        return new BoardAnswer(head.Json, lines.Entries, tail, EntityTags.Weak(tag));
    }

    private Head HeadOf(PlaceBoard.BoardHeader header, byte[] entries)
    {
        // The tag is of all that is shown but its time: that moves each second, and who holds the same lines has seen
        // nothing old.
        using var shown = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        shown.AppendData(entries);
        shown.AppendData(JsonSerializer.SerializeToUtf8Bytes(header with { AsOf = default }, _options));
        byte[] json = [.. "{\"board\":"u8, .. JsonSerializer.SerializeToUtf8Bytes(header, _options), .. ",\"entries\":"u8];
        return new Head(header, json, Convert.ToHexStringLower(shown.GetHashAndReset().AsSpan(0, 8)));
    }

    private ReadOnlyMemory<byte> TailOf(PlaceBoard.BoardViewer? viewer, long total, PlaceBoard.BoardEntry[]? neighbours)
    {
        var tail = new ArrayBufferWriter<byte>(256);
        tail.Write(",\"viewer\":"u8);
        using var writer = new Utf8JsonWriter(tail, new JsonWriterOptions { Encoder = _options.Encoder, SkipValidation = true });
        JsonSerializer.Serialize(writer, viewer, _options);
        writer.Flush();
        tail.Write(",\"total\":"u8);
        Span<byte> digits = stackalloc byte[20];
        total.TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture);
        tail.Write(digits[..length]);
        if (neighbours is not null)
        {
            tail.Write(",\"neighbours\":"u8);
            writer.Reset();
            JsonSerializer.Serialize(writer, neighbours, _options);
            writer.Flush();
        }

        tail.Write("}"u8);
        return tail.WrittenMemory;
    }

    private ValueTask<Lines> LinesAsync(IReadOnlyList<BoardLine> page, CancellationToken cancellationToken) =>
        _rendered.TryGetValue(page, out var known) && time.GetElapsedTime(known.At) < Freshness
            ? new(known)
            : new(_underWay.ReadAsync(page, () => RenderAsync(page), cancellationToken));

    private async Task<Lines> RenderAsync(IReadOnlyList<BoardLine> page)
    {
        var entries = JsonSerializer.SerializeToUtf8Bytes(await EntriesAsync(page, CancellationToken.None), _options);
        var lines = new Lines(entries, time.GetTimestamp());
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

    /// <param name="entries">As JSON.</param>
    /// <param name="at">When they got their names.</param>
    private sealed class Lines(byte[] entries, long at)
    {
        public byte[] Entries => entries;

        public long At => at;

        /// <summary>The last that was put before them; all who read at about the same time have the same.</summary>
        public Head? Head { get; set; }
    }

    /// <param name="Header">What it says.</param>
    /// <param name="Json">Up to the entries.</param>
    /// <param name="Tag">Of it and the entries.</param>
    private sealed record Head(PlaceBoard.BoardHeader Header, byte[] Json, string Tag);
}
