using Npgsql;

namespace Strava.Testing;

/// <summary>
/// LocalLegend's rows against the slow answers over its own efforts: legends and histogram of each of the next ninety
/// days of every open segment, fastest times, and that only public activities of athletes in good standing count. To be
/// asked when no mark is left.
/// </summary>
public sealed class LegendOracle(NpgsqlDataSource database)
{
    private const string Days =
        """
        WITH today AS (
            SELECT number AS segment, ($1 AT TIME ZONE time_zone)::date AS today FROM segment WHERE state = 2),
        day AS (SELECT segment, today + n AS date FROM today, generate_series(0, 89) AS n),
        standing AS (
            SELECT d.segment, d.date, e.athlete_id, count(*)::int AS efforts, max(e.started_at) AS reached_at
            FROM day d JOIN effort e ON e.segment = d.segment AND e.standing = 2 AND e.local_date BETWEEN d.date - 89 AND d.date
            GROUP BY 1, 2, 3)
        """;

    private static readonly string[] Questions =
    [
        Days + """
        , expected AS (
            SELECT DISTINCT ON (segment, date) segment, date, athlete_id, efforts, reached_at FROM standing
            ORDER BY segment, date, efforts DESC, reached_at, athlete_id),
        stored AS (SELECT r.* FROM rolling_local_legend r JOIN day USING (segment, date))
        SELECT format('legend of segment %s on %s: stored %s, expected %s', segment, date, to_json(s), to_json(e))
        FROM stored s FULL JOIN expected e USING (segment, date)
        WHERE (s.athlete_id, s.efforts, s.reached_at) IS DISTINCT FROM (e.athlete_id, e.efforts, e.reached_at)
        ORDER BY segment, date LIMIT 10
        """,
        Days + """
        , expected AS (
            SELECT segment, date, ceil(log(2, efforts))::int AS bin, count(*)::int AS athletes FROM standing GROUP BY 1, 2, 3),
        stored AS (SELECT h.* FROM legend_histogram h JOIN day USING (segment, date) WHERE athletes > 0)
        SELECT format('bin %s of segment %s on %s: stored %s, expected %s', bin, segment, date, s.athletes, e.athletes)
        FROM stored s FULL JOIN expected e USING (segment, date, bin)
        WHERE s.athletes IS DISTINCT FROM e.athletes ORDER BY segment, date, bin LIMIT 10
        """,
        """
        WITH expected AS (
            SELECT DISTINCT ON (e.segment, y.year, e.athlete_id) e.segment, y.year, e.athlete_id, e.elapsed_ms, e.started_at, e.activity_id
            FROM effort e JOIN segment g ON g.number = e.segment AND g.state = 2
            CROSS JOIN LATERAL (VALUES (0), (extract(year FROM e.local_date)::int)) AS y (year)
            WHERE e.standing >= 1 AND $1 IS NOT NULL
            ORDER BY e.segment, y.year, e.athlete_id, e.elapsed_ms, e.started_at, e.activity_id),
        stored AS (SELECT b.* FROM best_effort b JOIN segment g ON g.number = b.segment AND g.state = 2)
        SELECT format('best effort of %s on segment %s, year %s: stored %s, expected %s', athlete_id, segment, year, to_json(s), to_json(e))
        FROM stored s FULL JOIN expected e USING (segment, year, athlete_id)
        WHERE (s.elapsed_ms, s.started_at, s.activity_id) IS DISTINCT FROM (e.elapsed_ms, e.started_at, e.activity_id) LIMIT 10
        """,
        """
        SELECT format('effort on segment %s of activity %s: standing %s, that of its athlete %s; the activity is %s',
            e.segment, e.activity_id, e.standing, CASE WHEN s.flagged THEN 0 WHEN s.opted_out THEN 1 ELSE 2 END, to_json(a))
        FROM effort e LEFT JOIN athlete_standing s USING (athlete_id) LEFT JOIN activity a USING (activity_id)
        LEFT JOIN activity_track t USING (activity_id)
        WHERE $1 IS NOT NULL AND (a.deleted OR a.visibility <> 1 OR a.activity_id IS NULL OR t.activity_id IS NULL
            OR a.athlete_id <> e.athlete_id
            OR e.standing <> CASE WHEN s.flagged THEN 0 WHEN s.opted_out THEN 1 ELSE 2 END) LIMIT 10
        """,
    ];

    /// <param name="now">Gives each segment's day.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>What differs, at most ten of a kind; nothing when all is right.</returns>
    public async Task<List<string>> DifferencesAsync(DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        var differences = new List<string>();
        foreach (var question in Questions)
        {
#pragma warning disable CA2100 // One of the constants above.
            await using var command = database.CreateCommand(question);
#pragma warning restore CA2100
            command.CommandTimeout = 300;
            command.Parameters.Add(new() { Value = now.UtcDateTime });
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                differences.Add(rows.GetString(0));
            }
        }

        return differences;
    }
}
