using Npgsql;
using Strava.Contracts.Rest;

namespace Strava.LocalLegends.Reading;

/// <summary>Which page of which board.</summary>
internal sealed record BoardPage(int Segment, short Year, Guid Viewer, EffortCursor After, int Size);

/// <summary>A line of the page, or once more the viewer's own.</summary>
internal sealed record BoardLine(
    bool IsViewers, long Rank, Guid AthleteId, string? Name, int ElapsedMs, DateTime StartedAt, Guid ActivityId)
{
    public EffortCursor Cursor => new(ElapsedMs, StartedAt.Ticks, AthleteId);

    public SegmentBoardEntry ToEntry(long lengthMillimeters) => new()
    {
        Rank = Rank,
        AthleteId = AthleteId,
        AthleteName = Name,
        ElapsedSeconds = ElapsedMs / 1_000.0,
        StartedAt = StartedAt,
        ActivityId = ActivityId,
        AverageSpeedMetersPerSecond = Math.Round((double)lengthMillimeters / ElapsedMs, 3),
    };
}

/// <summary>
/// Pages of fastest times. Of all: the page is a range of an index, wherever it begins, and a rank is a sum of
/// counters; a board of a million costs what one of a thousand does. Of friends: all of theirs are read and sorted,
/// O(friends log friends), whatever the size of the board.
/// </summary>
internal static class SegmentBoards
{
    // Equal times share a rank. After the first tie of a page a rank is a position: only two need the counters.
    private const string All =
        """
        WITH page AS MATERIALIZED (
            SELECT athlete_id, elapsed_ms, started_at, activity_id FROM best_effort
            WHERE segment = $1 AND year = $2 AND (elapsed_ms, started_at, athlete_id) > ($4, $5, $6)
            ORDER BY elapsed_ms, started_at, athlete_id LIMIT $7),
        times AS (SELECT DISTINCT elapsed_ms FROM page ORDER BY elapsed_ms LIMIT 2),
        ranks AS MATERIALIZED (SELECT elapsed_ms, segment_rank($1, $2, elapsed_ms) AS rank FROM times),
        lines AS (
            SELECT false AS own, r.rank, p.* FROM page p LEFT JOIN ranks r USING (elapsed_ms)
            UNION ALL
            SELECT true, segment_rank($1, $2, elapsed_ms), athlete_id, elapsed_ms, started_at, activity_id
            FROM best_effort WHERE segment = $1 AND year = $2 AND athlete_id = $3)
        SELECT l.own, l.rank, l.athlete_id, f.name, l.elapsed_ms, l.started_at, l.activity_id, (
            SELECT coalesce(sum(athletes), 0)::bigint FROM best_effort_count
            WHERE segment = $1 AND year = $2 AND shift = 20)
        FROM lines l LEFT JOIN athlete_profile f USING (athlete_id)
        ORDER BY l.own, l.elapsed_ms, l.started_at, l.athlete_id
        """;

    private const string Friends =
        """
        WITH who AS (
            SELECT $3::uuid AS athlete_id
            UNION ALL SELECT athlete_b FROM friendship WHERE athlete_a = $3 AND are_friends
            UNION ALL SELECT athlete_a FROM friendship WHERE athlete_b = $3 AND are_friends),
        board AS MATERIALIZED (
            SELECT rank() OVER (ORDER BY elapsed_ms) AS rank, athlete_id, elapsed_ms, started_at, activity_id
            FROM who JOIN best_effort b USING (athlete_id) WHERE b.segment = $1 AND b.year = $2),
        lines AS (
            (SELECT false AS own, * FROM board WHERE (elapsed_ms, started_at, athlete_id) > ($4, $5, $6)
            ORDER BY elapsed_ms, started_at, athlete_id LIMIT $7)
            UNION ALL SELECT true, * FROM board WHERE athlete_id = $3)
        SELECT l.own, l.rank, l.athlete_id, f.name, l.elapsed_ms, l.started_at, l.activity_id,
            (SELECT count(*) FROM board)
        FROM lines l LEFT JOIN athlete_profile f USING (athlete_id)
        ORDER BY l.own, l.elapsed_ms, l.started_at, l.athlete_id
        """;

    public static Task<(List<BoardLine> Lines, long Total)> AllAsync(
        NpgsqlDataSource database, BoardPage page, CancellationToken cancellationToken) =>
        ReadAsync(database, All, page, cancellationToken);

    public static Task<(List<BoardLine> Lines, long Total)> FriendsAsync(
        NpgsqlDataSource database, BoardPage page, CancellationToken cancellationToken) =>
        ReadAsync(database, Friends, page, cancellationToken);

    private static async Task<(List<BoardLine> Lines, long Total)> ReadAsync(
        NpgsqlDataSource database, string sql, BoardPage page, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Constants of this file.
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = page.Segment });
        command.Parameters.Add(new() { Value = page.Year });
        command.Parameters.Add(new() { Value = page.Viewer });
        command.Parameters.Add(new() { Value = page.After.ElapsedMs });
        command.Parameters.Add(new() { Value = page.After.StartedAt });
        command.Parameters.Add(new() { Value = page.After.Id });

        // One more than wanted tells whether there is a next page.
        command.Parameters.Add(new() { Value = page.Size + 1 });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var (lines, position, total) = (new List<BoardLine>(), 0L, 0L);
        while (await rows.ReadAsync(cancellationToken))
        {
            total = rows.GetInt64(7);
            var line = new BoardLine(
                rows.GetBoolean(0),
                rows.IsDBNull(1) ? 0 : rows.GetInt64(1),
                rows.GetGuid(2),
                rows.IsDBNull(3) ? null : rows.GetString(3),
                rows.GetInt32(4),
                rows.GetDateTime(5),
                rows.GetGuid(6));
            position++;
            var isTie = lines.Count > 0 && !line.IsViewers && line.ElapsedMs == lines[^1].ElapsedMs;
            if (!isTie && line.Rank > 0)
            {
                position = line.Rank;
            }

            lines.Add(line with { Rank = isTie ? lines[^1].Rank : position });
        }

        return (lines, total);
    }
}
