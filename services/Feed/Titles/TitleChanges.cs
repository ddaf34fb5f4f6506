using Npgsql;
using NpgsqlTypes;
using Strava.Contracts.Messages;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;

namespace Strava.Feeds.Titles;

/// <summary>Local Legend titles that changed hands, as far as they concern somebody.</summary>
internal sealed class TitleChanges(NpgsqlDataSource database)
{
    // Of each of us the newest lines of two indexes, then the newest of those. With f friends and a page of n lines:
    // 2 (f + 1) probes of log N, at most 2n (f + 1) lines; never all changes.
    private const string Page =
        """
        WITH us AS (
            SELECT $1 AS athlete_id
            UNION ALL SELECT athlete_b FROM friendship WHERE athlete_a = $1 AND are_friends
            UNION ALL SELECT athlete_a FROM friendship WHERE athlete_b = $1 AND are_friends
        ), line AS (
            SELECT theirs.segment_id, theirs.date FROM us CROSS JOIN LATERAL (
                SELECT segment_id, date FROM title_change
                WHERE won_by = us.athlete_id AND (date, segment_id) < ($2, $3)
                ORDER BY date DESC, segment_id DESC LIMIT $4) theirs
            UNION
            SELECT theirs.segment_id, theirs.date FROM us CROSS JOIN LATERAL (
                SELECT segment_id, date FROM title_change
                WHERE lost_by = us.athlete_id AND (date, segment_id) < ($2, $3)
                ORDER BY date DESC, segment_id DESC LIMIT $4) theirs
            ORDER BY date DESC, segment_id DESC LIMIT $4
        )
        SELECT t.segment_id, t.date, t.segment_name, t.sport, t.won_by, winner.name, t.efforts, t.lost_by, loser.name, t.lost_with
        FROM line JOIN title_change t USING (segment_id, date)
        LEFT JOIN athlete winner ON winner.athlete_id = t.won_by LEFT JOIN athlete loser ON loser.athlete_id = t.lost_by
        ORDER BY t.date DESC, t.segment_id DESC
        """;

    /// <summary>Told once for a segment and date; the broker's repeats change nothing.</summary>
    public async Task RecordAsync(LocalLegendChanged change, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "INSERT INTO title_change VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING");
        command.Parameters.Add(new() { Value = change.SegmentId });
        command.Parameters.Add(new() { Value = change.Date });
        command.Parameters.Add(new() { Value = change.SegmentName });
        command.Parameters.Add(new() { Value = (short)change.Sport });
        command.Parameters.Add(Optional(change.WonBy));
        command.Parameters.Add(new() { Value = change.Efforts });
        command.Parameters.Add(Optional(change.LostBy));
        command.Parameters.Add(new() { Value = change.LostWithEfforts });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <returns>What the viewer or a friend has won or lost, newest first.</returns>
    public async Task<List<TitleChange>> ReadAsync(
        Guid viewer, TitleCursor after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Page);
        command.Parameters.Add(new() { Value = viewer });
        command.Parameters.Add(new() { Value = after.Date });
        command.Parameters.Add(new() { Value = after.SegmentId });
        command.Parameters.Add(new() { Value = (long)limit });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var lines = new List<TitleChange>(limit);
        while (await rows.ReadAsync(cancellationToken))
        {
            lines.Add(new TitleChange
            {
                SegmentId = rows.GetGuid(0),
                Date = rows.GetFieldValue<DateOnly>(1),
                SegmentName = rows.GetString(2),
                Type = (Sport)rows.GetInt16(3),
                WonBy = Holder(rows, 4),
                EffortCount = rows.GetInt32(6),
                LostBy = Holder(rows, 7),
                LostWithEffortCount = rows.GetInt32(9),
            });
        }

        return lines;
    }

    private static TitleHolder? Holder(NpgsqlDataReader row, int column) => row.IsDBNull(column)
        ? null
        : new TitleHolder(row.GetGuid(column), row.IsDBNull(column + 1) ? null : row.GetString(column + 1));

    private static NpgsqlParameter Optional(Guid? athlete) =>
        new() { Value = (object?)athlete ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };
}
