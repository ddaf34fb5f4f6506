using Npgsql;
using Strava.LocalLegends.Legends;

namespace Strava.LocalLegends.Efforts;

/// <summary>
/// Replaces the efforts of one activity on locked segments absolutely, and brings fastest times and legends along.
/// </summary>
internal static class EffortReplacement
{
    public static async Task AddAsync(
        NpgsqlBatch batch,
        LegendRows legends,
        LockedSegments locked,
        Guid activityId,
        Dictionary<int, List<(DateTime StartedAt, int ElapsedMs)>> found,
        CancellationToken cancellationToken)
    {
        var efforts = found.SelectMany(one => one.Value.Select(effort => new Effort(
            one.Key,
            activityId,
            effort.StartedAt,
            effort.ElapsedMs,
            LocalDays.Of(locked.Segments[one.Key].Segment.TimeZone, effort.StartedAt),
            locked.Standing))).ToList();
        int[] segments = [.. found.Keys.Order()];
        AddEfforts(batch, locked.AthleteId, activityId, segments, efforts);

        // A segment that is being backfilled gets all of this at its end, from its efforts.
        int[] open = [.. segments.Where(segment => locked.Segments[segment].Segment.IsOpen)];
        int[] losing = [.. open.Where(segment => locked.Activity.Any(effort => effort.Segment == segment))];
        if (open.Length > losing.Length)
        {
            batch.AddFasterEfforts(activityId, [.. open.Except(losing)]);
        }

        if (losing.Length > 0)
        {
            batch.AddBestEfforts(locked.AthleteId, losing);
        }

        var arriving = efforts.ToLookup(effort => effort.Segment);
        var changes = new List<SegmentChange>();
        foreach (var segment in open)
        {
            var own = locked.Own[segment].ToList();
            changes.Add(LegendRows.ChangeOf(
                locked,
                segment,
                Counted(own),
                Counted(own.Where(effort => effort.ActivityId != activityId).Concat(arriving[segment])))!);
        }

        await legends.AddAsync(batch, locked, changes, cancellationToken);
    }

    private static IEnumerable<CountedEffort> Counted(IEnumerable<Effort> efforts) =>
        efforts.Where(effort => effort.Standing == EffortStanding.Legends).Select(effort => effort.Counted);

    private static void AddEfforts(
        NpgsqlBatch batch, Guid athleteId, Guid activityId, int[] segments, List<Effort> efforts)
    {
        batch.Add("DELETE FROM effort WHERE activity_id = $1 AND segment = ANY($2)", activityId, segments);
        if (efforts.Count == 0)
        {
            return;
        }

        batch.Add(
            """
            INSERT INTO effort (segment, activity_id, started_at, athlete_id, elapsed_ms, local_date, standing)
            SELECT segment, $1, started_at, $2, elapsed_ms, local_date, standing
            FROM unnest($3::int[], $4::timestamptz[], $5::int[], $6::date[], $7::smallint[])
                AS e (segment, started_at, elapsed_ms, local_date, standing)
            """,
            activityId,
            athleteId,
            efforts.ConvertAll(effort => effort.Segment).ToArray(),
            LegendSql.Times(efforts.Select(effort => effort.StartedAt)),
            efforts.ConvertAll(effort => effort.ElapsedMs).ToArray(),
            efforts.ConvertAll(effort => effort.Day).ToArray(),
            efforts.ConvertAll(effort => (short)effort.Standing).ToArray());
    }
}
