using Npgsql;
using Strava.LocalLegends.Efforts;

namespace Strava.LocalLegends.Legends;

/// <summary>
/// Segments under their locks, with all that a change of one athlete's efforts needs to know of them; one round trip,
/// however many there are. Nothing of it changes before the transaction ends.
/// </summary>
internal sealed class LockedSegments
{
    private const string OwnEfforts =
        """
        SELECT segment, activity_id, started_at, elapsed_ms, local_date, standing FROM effort
        WHERE athlete_id = $1 AND segment = ANY($2) AND local_date >= $3
        """;

    private const string OfActivity =
        "SELECT segment, activity_id, started_at, elapsed_ms, local_date, standing FROM effort WHERE activity_id = $1";

    private const string Legends =
        """
        SELECT segment, date, athlete_id, efforts, reached_at FROM rolling_local_legend
        WHERE segment = ANY($1) AND date >= $2
        """;

    private LockedSegments(Guid athleteId, EffortStanding standing) => (AthleteId, Standing) = (athleteId, standing);

    public Guid AthleteId { get; }

    /// <summary>What the athlete's efforts are to have.</summary>
    public EffortStanding Standing { get; }

    public DateTimeOffset Now { get; private init; }

    public required Dictionary<int, (LegendSegment Segment, Told? Told)> Segments { get; init; }

    /// <summary>The athlete's on these segments that count on the coming days, of any standing.</summary>
    public required ILookup<int, Effort> Own { get; init; }

    /// <summary>All of the activity's, on any segment and of any time.</summary>
    public required List<Effort> Activity { get; init; }

    public required ILookup<int, (DateOnly Date, LegendEntry Entry)> Rows { get; init; }

    /// <param name="connection">In a transaction.</param>
    /// <param name="athleteId">Whose efforts change.</param>
    /// <param name="segments">Their numbers, ascending.</param>
    /// <param name="activityId">Whose efforts are replaced; empty: those of none.</param>
    /// <param name="now">By this node's clock.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public static async Task<LockedSegments> LockAsync(
        NpgsqlConnection connection,
        Guid athleteId,
        int[] segments,
        Guid activityId,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        // The earliest first day of any time zone on earth.
        var first = FirstDay(DateOnly.FromDateTime(now.UtcDateTime)).AddDays(-1);
        await using var batch = new NpgsqlBatch(connection);
        batch.AddAthleteLocks(athleteId);
        batch.AddSegmentLocks(segments);
        batch.Add("SELECT opted_out, flagged FROM athlete_standing WHERE athlete_id = $1", athleteId);
        batch.AddSegments(segments);
        batch.Add(OwnEfforts, athleteId, segments, DailyCounts.OldestFor(first));
        batch.Add(OfActivity, activityId);
        batch.Add(Legends, segments, first);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var standings = await rows.ReadAsync(
            row => row.GetBoolean(1) ? EffortStanding.Nowhere
                : row.GetBoolean(0) ? EffortStanding.FastestTimes
                : EffortStanding.Legends,
            cancellationToken);
        return new LockedSegments(athleteId, standings is [var standing] ? standing : EffortStanding.Legends)
        {
            Now = now,
            Segments = (await rows.ReadAsync(LegendSegment.ReadWithTold, cancellationToken))
                .ToDictionary(one => one.Segment.Number),
            Own = (await rows.ReadAsync(ReadEffort, cancellationToken)).ToLookup(effort => effort.Segment),
            Activity = await rows.ReadAsync(ReadEffort, cancellationToken),
            Rows = (await rows.ReadAsync(ReadLegend, cancellationToken))
                .ToLookup(row => row.Segment, row => (row.Date, row.Entry)),
        };
    }

    /// <summary>
    /// The first day whose row is kept: yesterday, because another node's clock may not have come to today yet.
    /// </summary>
    public static DateOnly FirstDay(DateOnly today) => today.AddDays(-1);

    private static Effort ReadEffort(NpgsqlDataReader row) => new(
        row.GetInt32(0),
        row.GetGuid(1),
        row.GetDateTime(2),
        row.GetInt32(3),
        row.GetFieldValue<DateOnly>(4),
        (EffortStanding)row.GetInt16(5));

    private static (int Segment, DateOnly Date, LegendEntry Entry) ReadLegend(NpgsqlDataReader row) => (
        row.GetInt32(0),
        row.GetFieldValue<DateOnly>(1),
        new LegendEntry(row.GetGuid(2), row.GetInt32(3), row.GetDateTime(4)));
}
