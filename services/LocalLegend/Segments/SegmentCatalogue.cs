using Npgsql;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;
using Strava.LocalLegends.Matching;

namespace Strava.LocalLegends.Segments;

/// <summary>All segments that are matched, as of one change of the catalogue.</summary>
internal sealed record SegmentSnapshot(long Change, SegmentIndex Index);

/// <summary>
/// This node's segments, hidden ones left out. It may lag behind by a second: who commits matches asks for the
/// catalogue that he sees in his transaction (<see cref="AtLeastAsync"/>).
/// </summary>
internal sealed partial class SegmentCatalogue(NpgsqlDataSource database, ILogger<SegmentCatalogue> log) : IDisposable
{
    private readonly SemaphoreSlim _refreshing = new(1, 1);

    // Swapped as one reference: matchers read it from many threads.
    private volatile SegmentSnapshot _current = new(-1, SegmentIndex.Empty);

    public SegmentSnapshot Current => _current;

    public async Task<SegmentSnapshot> AtLeastAsync(long change, CancellationToken cancellationToken) =>
        _current.Change >= change ? _current : await RefreshAsync(cancellationToken);

    /// <summary>Reads what has changed; k segments cost O(k log N). Safe to repeat.</summary>
    public async Task<SegmentSnapshot> RefreshAsync(CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            var (change, lines, hidden) = await ReadAsync(_current.Change, cancellationToken);
            if (change != _current.Change)
            {
                _current = new SegmentSnapshot(change, _current.Index.With(lines, hidden));
            }

            return _current;
        }
        finally
        {
            _refreshing.Release();
        }
    }

    public void Dispose() => _refreshing.Dispose();

    private async Task<(long Change, List<SegmentLine> Lines, List<int> Hidden)> ReadAsync(
        long since, CancellationToken cancellationToken)
    {
        // One statement, one snapshot: the change and every segment up to it.
        await using var command = database.CreateCommand(
            """
            SELECT c.change, s.number, s.sport, s.line, s.hidden
            FROM segment_catalogue c LEFT JOIN segment s ON s.change > $1
            """);
        command.Parameters.Add(new() { Value = since });
        // The first reading is of all segments.
        command.CommandTimeout = 120;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var (change, lines, hidden) = (since, new List<SegmentLine>(), new List<int>());
        while (await rows.ReadAsync(cancellationToken))
        {
            change = rows.GetInt64(0);
            if (rows.IsDBNull(1))
            {
                continue;
            }

            var number = rows.GetInt32(1);
            if (!rows.GetBoolean(4) && LineOf(number, (Sport)rows.GetInt16(2), rows.GetFieldValue<byte[]>(3)) is { } line)
            {
                lines.Add(line);
            }
            else
            {
                hidden.Add(number);
            }
        }

        return (change, lines, hidden);
    }

    private SegmentLine? LineOf(int number, Sport sport, byte[] points)
    {
        try
        {
            return SegmentLine.Of(number, sport, Array.ConvertAll(PointCodec.Decode(points), point => point.Position));
        }
        catch (Exception exception) when (exception is PointCodecException or ArgumentException)
        {
            // One that cannot be read must not keep all others from being matched.
            LogUnreadable(log, number, exception);
            return null;
        }
    }

    [LoggerMessage(6001, LogLevel.Error, "Segment {Segment} has a line that cannot be read; it is not matched")]
    private static partial void LogUnreadable(ILogger log, int segment, Exception exception);
}

/// <summary>Follows the catalogue, each second.</summary>
internal sealed partial class SegmentCatalogueRefresh(
    SegmentCatalogue catalogue, TimeProvider clock, ILogger<SegmentCatalogueRefresh> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            try
            {
                await catalogue.RefreshAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                LogAway(log, exception.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(6002, LogLevel.Warning, "The catalogue of segments cannot be read ({Reason}); trying again")]
    private static partial void LogAway(ILogger log, string reason);
}
