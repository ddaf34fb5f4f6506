using Npgsql;

namespace Strava.LocalLegends.Legends;

/// <summary>One segment on which the athlete's efforts change.</summary>
/// <param name="Segment">Open: one that is being backfilled has no legends yet.</param>
/// <param name="Change">What it does to the rows.</param>
internal sealed record SegmentChange(LegendSegment Segment, LegendChange Change);

/// <summary>
/// Brings the legends and histograms of locked segments up to date with a change of one athlete's efforts, in the
/// transaction of that change.
/// </summary>
internal sealed class LegendRows(LegendTelling telling)
{
    private const string OpenDays =
        """
        SELECT athlete_id, local_date, started_at FROM effort
        WHERE segment = $1 AND standing = 2 AND local_date BETWEEN $2 AND $3 AND athlete_id <> $4
        """;

    // Most athletes are out of the question, and never leave the database.
    private const string OnlyContenders =
        """
         AND athlete_id IN (
            SELECT athlete_id FROM effort WHERE segment = $1 AND standing = 2 AND local_date BETWEEN $2 AND $3
            GROUP BY athlete_id HAVING count(*) >= $5)
        """;

    /// <summary>Of the athlete's efforts as they are to be; a segment that is not open has nothing to change.</summary>
    public static SegmentChange? ChangeOf(
        LockedSegments locked, int segment, IEnumerable<CountedEffort> before, IEnumerable<CountedEffort> after)
    {
        var (row, _) = locked.Segments[segment];
        if (!row.IsOpen)
        {
            return null;
        }

        var first = LockedSegments.FirstDay(row.Today(locked.Now));
        var oldest = DailyCounts.OldestFor(first);
        return new SegmentChange(row, LegendChange.Of(
            first,
            locked.AthleteId,
            [.. before.Where(effort => effort.Day >= oldest)],
            [.. after.Where(effort => effort.Day >= oldest)],
            locked.Rows[segment].ToDictionary(one => one.Date, one => one.Entry)));
    }

    /// <summary>
    /// Adds the writes. The efforts themselves are written by what is in the batch before, or not yet: what is read
    /// here are those of others.
    /// </summary>
    public async Task AddAsync(
        NpgsqlBatch batch,
        LockedSegments locked,
        IReadOnlyList<SegmentChange> changes,
        CancellationToken cancellationToken)
    {
        foreach (var (segment, change) in changes.Where(one => one.Change.Open.Count > 0))
        {
            change.Close(
                await SweepAsync(batch.Connection!, segment.Number, locked.AthleteId, change, cancellationToken));
        }

        AddLegends(batch, changes);
        AddBins(batch, changes);
        await telling.AddAsync(batch, [.. changes.Select(change => TitleOf(locked, change))], cancellationToken);
    }

    private static Title TitleOf(LockedSegments locked, SegmentChange changed)
    {
        var (segment, change) = changed;
        var today = segment.Today(locked.Now);
        var holder = change.Rows.TryGetValue(today, out var written) ? written
            : change.Removed.Contains(today) ? null
            : (from row in locked.Rows[segment.Number] where row.Date == today select (LegendEntry?)row.Entry).FirstOrDefault();
        return new Title(segment, today, holder, locked.Segments[segment.Number].Told)
        {
            ChangedAthlete = locked.AthleteId,
            ChangedEfforts = change.LeftOn(today),
        };
    }

    /// <summary>One reading of the segment's efforts for all open days.</summary>
    private static async Task<Dictionary<DateOnly, LegendEntry>> SweepAsync(
        NpgsqlConnection connection,
        int segment,
        Guid athleteId,
        LegendChange change,
        CancellationToken cancellationToken)
    {
        var oldest = DailyCounts.OldestFor(change.Open[0]);
        await using var batch = new NpgsqlBatch(connection);
        if (change.LeastLeft > 1)
        {
            batch.Add(OpenDays + OnlyContenders, segment, oldest, change.Open[^1], athleteId, (long)change.LeastLeft);
        }
        else
        {
            batch.Add(OpenDays, segment, oldest, change.Open[^1], athleteId);
        }

        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var tally = await SegmentTally.OfAsync(change.Open[0], rows, cancellationToken);
        return tally.Winners.ToDictionary(one => one.Date, one => one.Entry);
    }

    private static void AddLegends(NpgsqlBatch batch, IReadOnlyList<SegmentChange> changes)
    {
        var rows = (
            from one in changes
            from row in one.Change.Rows
            select (Segment: one.Segment.Number, Date: row.Key, Entry: row.Value)).ToList();
        if (rows.Count > 0)
        {
            batch.Add(
                """
                INSERT INTO rolling_local_legend (segment, date, athlete_id, efforts, reached_at)
                SELECT * FROM unnest($1::int[], $2::date[], $3::uuid[], $4::int[], $5::timestamptz[])
                ON CONFLICT (segment, date) DO UPDATE
                SET athlete_id = EXCLUDED.athlete_id, efforts = EXCLUDED.efforts, reached_at = EXCLUDED.reached_at
                """,
                rows.ConvertAll(row => row.Segment).ToArray(),
                rows.ConvertAll(row => row.Date).ToArray(),
                rows.ConvertAll(row => row.Entry.AthleteId).ToArray(),
                rows.ConvertAll(row => row.Entry.Efforts).ToArray(),
                LegendSql.Times(rows.Select(row => row.Entry.ReachedAt)));
        }

        var removed = (
            from one in changes
            from date in one.Change.Removed
            select (one.Segment.Number, Date: date)).ToList();
        if (removed.Count > 0)
        {
            batch.Add(
                """
                DELETE FROM rolling_local_legend l USING unnest($1::int[], $2::date[]) AS r (segment, date)
                WHERE l.segment = r.segment AND l.date = r.date
                """,
                removed.ConvertAll(row => row.Number).ToArray(),
                removed.ConvertAll(row => row.Date).ToArray());
        }
    }

    // A proposed row is checked before its conflict is found, so what is less cannot be an INSERT.
    private static void AddBins(NpgsqlBatch batch, IReadOnlyList<SegmentChange> changes)
    {
        var bins = (
            from one in changes
            from bin in one.Change.Bins
            select (Segment: one.Segment.Number, bin.Key.Date, Bin: (short)bin.Key.Bin, Delta: bin.Value)).ToList();
        var less = bins.Where(bin => bin.Delta < 0).ToList();
        if (less.Count > 0)
        {
            object[] keys = [
                less.ConvertAll(bin => bin.Segment).ToArray(),
                less.ConvertAll(bin => bin.Date).ToArray(),
                less.ConvertAll(bin => bin.Bin).ToArray(),
            ];
            batch.Add(
                """
                DELETE FROM legend_histogram h
                USING unnest($1::int[], $2::date[], $3::smallint[]) AS l (segment, date, bin)
                WHERE (h.segment, h.date, h.bin) = (l.segment, l.date, l.bin) AND h.athletes = 1
                """,
                keys);
            batch.Add(
                """
                UPDATE legend_histogram h SET athletes = h.athletes - 1
                FROM unnest($1::int[], $2::date[], $3::smallint[]) AS l (segment, date, bin)
                WHERE (h.segment, h.date, h.bin) = (l.segment, l.date, l.bin) AND h.athletes > 1
                """,
                keys);
        }

        var more = bins.Where(bin => bin.Delta > 0).ToList();
        if (more.Count > 0)
        {
            batch.Add(
                """
                INSERT INTO legend_histogram AS h (segment, date, bin, athletes)
                SELECT segment, date, bin, 1
                FROM unnest($1::int[], $2::date[], $3::smallint[]) AS m (segment, date, bin)
                ON CONFLICT (segment, date, bin) DO UPDATE SET athletes = h.athletes + 1
                """,
                more.ConvertAll(bin => bin.Segment).ToArray(),
                more.ConvertAll(bin => bin.Date).ToArray(),
                more.ConvertAll(bin => bin.Bin).ToArray());
        }
    }
}
