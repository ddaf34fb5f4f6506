using Npgsql;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;
using Strava.LocalLegends.Efforts;
using Strava.LocalLegends.Legends;
using Strava.LocalLegends.Matching;

namespace Strava.LocalLegends.Backfills;

/// <summary>A segment whose older activities are to be looked through.</summary>
/// <param name="Number">Of the segment.</param>
/// <param name="Sport">Whose activities.</param>
/// <param name="Line">Its points.</param>
/// <param name="IsListed">Its candidates are known.</param>
internal sealed record BackfilledSegment(int Number, Sport Sport, TrackPoint[] Line, bool IsListed);

/// <summary>
/// Brings the efforts of activities that were there before a segment: 1. clears what an earlier time of it has left and
/// lists the activities that have been near both its ends; 2. matches them, batch by batch; 3. works out its legends
/// and opens it. Each step is one transaction, and what is stored says which is next: a node may die after any of them.
/// </summary>
/// <remarks>
/// Nothing is missed: who commits matches after the segment was made has matched it too, and what was committed before
/// is in track_cells. Nothing is counted twice: efforts are replaced by (segment, activity), under the segment's lock,
/// and an activity that has changed since its track was read is left to its mark.
/// </remarks>
internal sealed class Backfill(
    NpgsqlDataSource database, StoredTracks tracks, BackfillEfforts efforts, SegmentRecount recount)
{
    public const int BatchSize = 200;

    private static readonly string[] Derived =
        ["backfill_item", "effort", "best_effort", "rolling_local_legend", "legend_histogram"];

    /// <summary>The oldest that is not open.</summary>
    public async Task<BackfilledSegment?> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT number, sport, line, backfill_total IS NOT NULL FROM segment
            WHERE state = 1 AND NOT hidden ORDER BY number LIMIT 1
            """);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new BackfilledSegment(
                row.GetInt32(0),
                (Sport)row.GetInt16(1),
                PointCodec.Decode(row.GetFieldValue<byte[]>(2)),
                row.GetBoolean(3))
            : null;
    }

    /// <summary>O(tracks that have been near both ends), by the index of cells, not by that of all activities.</summary>
    public async Task ListAsync(BackfilledSegment segment, CancellationToken cancellationToken)
    {
        var start = MapCells.Around(segment.Line[0].Position, MapCells.ReachMeters);
        var end = MapCells.Around(segment.Line[^1].Position, MapCells.ReachMeters);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.AddSegmentLocks(segment.Number);
        foreach (var table in Derived)
        {
            batch.Add($"DELETE FROM {table} WHERE segment = $1", segment.Number);
        }

        // A live match of before this was cleared with the rest; its cells were committed with it, so it is listed.
        batch.Add(
            """
            INSERT INTO backfill_item (segment, activity_id)
            SELECT $1, activity_id FROM track_cells WHERE sport = $2 AND cells && $3 AND cells && $4
            """,
            segment.Number,
            (short)segment.Sport,
            start,
            end);
        batch.Add(
            """
            UPDATE segment SET backfill_done = 0,
                backfill_total = (SELECT count(*) FROM backfill_item WHERE segment = $1)
            WHERE number = $1 AND state = 1 AND NOT hidden
            """,
            segment.Number);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The next batch.</summary>
    /// <returns>How many activities were in it; 0: all are done.</returns>
    public async Task<int> MatchAsync(BackfilledSegment segment, CancellationToken cancellationToken)
    {
        var items = await ItemsAsync(segment.Number, cancellationToken);
        if (items.Length == 0)
        {
            return 0;
        }

        var found = new List<BackfilledActivity>();
        var line = SegmentLine.Of(
            segment.Number, segment.Sport, Array.ConvertAll(segment.Line, point => point.Position));
        foreach (var track in await tracks.ReadAsync(items, cancellationToken))
        {
            if (track.Sport == segment.Sport)
            {
                found.Add(new BackfilledActivity(track, SegmentMatcher.Match(line, track.Points)));
            }
        }

        await efforts.StoreAsync(segment.Number, items, found, cancellationToken);
        return items.Length;
    }

    /// <summary>Works out its legends, and opens it unless activities are left.</summary>
    public Task<bool> OpenAsync(BackfilledSegment segment, CancellationToken cancellationToken) =>
        recount.OpenAsync(segment.Number, cancellationToken);

    private async Task<Guid[]> ItemsAsync(int segment, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT activity_id FROM backfill_item WHERE segment = $1 ORDER BY activity_id LIMIT $2");
        command.Parameters.Add(new() { Value = segment });
        command.Parameters.Add(new() { Value = BatchSize });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var items = new List<Guid>();
        while (await rows.ReadAsync(cancellationToken))
        {
            items.Add(rows.GetGuid(0));
        }

        return [.. items];
    }
}
