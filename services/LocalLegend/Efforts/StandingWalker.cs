using Npgsql;
using Strava.Core.Leases;
using Strava.LocalLegends.Legends;

namespace Strava.LocalLegends.Efforts;

/// <summary>
/// Carries athletes' standing over to their efforts, some segments at a time, each with its legends in one transaction.
/// What is to be is read anew in each, so a change in the middle wins; the mark is removed only if it is the one that
/// was taken. A crash goes on with the segments that are left.
/// </summary>
internal sealed class StandingWalker(
    NpgsqlDataSource database, LegendRows legends, TimeProvider clock, ILogger<StandingWalker> log)
    : LeasedWorker(database, log)
{
    private const int SegmentsAtOnce = 20;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);
    private readonly NpgsqlDataSource _database = database;

    protected override string LeaseName => "legend-standing";

    protected override async Task WorkAsync(LeaseTerm term, CancellationToken whileOwner)
    {
        while (true)
        {
            if (!await WalkAsync(whileOwner))
            {
                await Task.Delay(PollInterval, whileOwner);
            }
        }
    }

    /// <summary>The oldest mark.</summary>
    /// <returns>False: there is none.</returns>
    internal async Task<bool> WalkAsync(CancellationToken cancellationToken)
    {
        if (await NextAsync(cancellationToken) is not [var (athlete, change)])
        {
            return false;
        }

        while (await SegmentsAsync(athlete, cancellationToken) is { Length: > 0 } segments)
        {
            await CarryOverAsync(athlete, segments, cancellationToken);
        }

        await using var done = _database.CreateBatch();
        done.Add("DELETE FROM standing_mark WHERE athlete_id = $1 AND change = $2", athlete, change);
        await done.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    private async Task<List<(Guid Athlete, long Change)>> NextAsync(CancellationToken cancellationToken)
    {
        await using var batch = _database.CreateBatch();
        batch.Add("SELECT athlete_id, change FROM standing_mark ORDER BY change LIMIT 1");
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(row => (row.GetGuid(0), row.GetInt64(1)), cancellationToken);
    }

    /// <summary>Where efforts have another standing than the athlete.</summary>
    private async Task<int[]> SegmentsAsync(Guid athleteId, CancellationToken cancellationToken)
    {
        await using var batch = _database.CreateBatch();
        batch.Add(
            """
            SELECT DISTINCT segment FROM effort e LEFT JOIN athlete_standing s USING (athlete_id)
            WHERE e.athlete_id = $1 AND e.standing <> CASE WHEN s.flagged THEN 0 WHEN s.opted_out THEN 1 ELSE 2 END
            ORDER BY segment LIMIT $2
            """,
            athleteId,
            SegmentsAtOnce);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        return [.. await rows.ReadAsync(row => row.GetInt32(0), cancellationToken)];
    }

    private async Task CarryOverAsync(Guid athleteId, int[] segments, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var locked = await LockedSegments.LockAsync(
            connection, athleteId, segments, Guid.Empty, clock.GetUtcNow(), cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            "UPDATE effort SET standing = $3 WHERE athlete_id = $1 AND segment = ANY($2) AND standing <> $3",
            athleteId,
            segments,
            (short)locked.Standing);
        int[] open = [.. segments.Where(segment => locked.Segments[segment].Segment.IsOpen)];
        batch.AddBestEfforts(athleteId, open);
        var changes = open.Select(segment => LegendRows.ChangeOf(
            locked,
            segment,
            from effort in locked.Own[segment] where effort.Standing == EffortStanding.Legends select effort.Counted,
            locked.Standing == EffortStanding.Legends ? locked.Own[segment].Select(effort => effort.Counted) : []));
        await legends.AddAsync(batch, locked, [.. changes.OfType<SegmentChange>()], cancellationToken);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
