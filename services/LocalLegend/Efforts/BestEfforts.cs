using Npgsql;
using Strava.LocalLegends.Legends;

namespace Strava.LocalLegends.Efforts;

/// <summary>
/// Each athlete's fastest effort of a year of the segment's days, and of all time (year 0). Ties: the earlier, then the
/// smaller activity. In the transaction of the efforts' change, after it.
/// </summary>
internal static class BestEfforts
{
    private const string Fastest =
        """
        INSERT INTO best_effort AS b (segment, year, athlete_id, elapsed_ms, started_at, activity_id)
        SELECT DISTINCT ON (e.segment, y.year, e.athlete_id)
            e.segment, y.year, e.athlete_id, e.elapsed_ms, e.started_at, e.activity_id
        FROM effort e CROSS JOIN LATERAL (VALUES (0), (extract(year FROM e.local_date)::int)) AS y (year)
        """;

    private const string InOrder =
        """
         ORDER BY e.segment, y.year, e.athlete_id, e.elapsed_ms, e.started_at, e.activity_id
        """;

    private const string Replace =
        """
         ON CONFLICT (segment, year, athlete_id) DO UPDATE
        SET elapsed_ms = EXCLUDED.elapsed_ms, started_at = EXCLUDED.started_at, activity_id = EXCLUDED.activity_id
        WHERE (EXCLUDED.elapsed_ms, EXCLUDED.started_at, EXCLUDED.activity_id)
        """;

    private const string Have = " (b.elapsed_ms, b.started_at, b.activity_id)";

    /// <summary>Where efforts only came, all of one activity: the fastest of them may be faster.</summary>
    public static void AddFasterEfforts(this NpgsqlBatch batch, Guid activityId, int[] segments) => batch.Add(
        $"{Fastest} WHERE e.activity_id = $1 AND e.segment = ANY($2) AND e.standing >= 1{InOrder}{Replace} <{Have}",
        activityId,
        segments);

    /// <summary>Where efforts went as well: one athlete's anew. O(the athlete's efforts on the segments).</summary>
    public static void AddBestEfforts(this NpgsqlBatch batch, Guid athleteId, int[] segments)
    {
        batch.Add(
            """
            DELETE FROM best_effort b WHERE b.athlete_id = $1 AND b.segment = ANY($2) AND NOT EXISTS (
                SELECT FROM effort e WHERE e.athlete_id = $1 AND e.segment = b.segment AND e.standing >= 1
                    AND (b.year = 0 OR extract(year FROM e.local_date) = b.year))
            """,
            athleteId,
            segments);
        batch.Add(
            $"""
            {Fastest} WHERE e.athlete_id = $1 AND e.segment = ANY($2) AND e.standing >= 1
            {InOrder}{Replace} IS DISTINCT FROM{Have}
            """,
            athleteId,
            segments);
    }

    /// <summary>All of a segment anew.</summary>
    public static void AddAllBestEfforts(this NpgsqlBatch batch, int segment)
    {
        batch.Add("DELETE FROM best_effort WHERE segment = $1", segment);
        batch.Add($"{Fastest} WHERE e.segment = $1 AND e.standing >= 1{InOrder}", segment);
    }
}
