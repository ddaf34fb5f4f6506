using Npgsql;
using Strava.Contracts.Sports;

namespace Strava.LocalLegends.Legends;

/// <summary>What a writer of legends has to know of a segment; read under its lock.</summary>
internal sealed record LegendSegment(
    int Number, Guid Id, string Name, Sport Sport, string TimeZone, bool IsOpen, bool IsHidden, bool LegendsOff)
{
    private const short Open = 2;

    /// <summary>Nobody hears of a title that nobody can look up.</summary>
    public bool IsTold => IsOpen && !IsHidden && !LegendsOff;

    public DateOnly Today(DateTimeOffset now) => LocalDays.Of(TimeZone, now);

    public static (LegendSegment Segment, Told? Told) ReadWithTold(NpgsqlDataReader row) => (
        new LegendSegment(
            row.GetInt32(0),
            row.GetGuid(1),
            row.GetString(2),
            (Sport)row.GetInt16(3),
            row.GetString(4),
            row.GetInt16(5) == Open,
            row.GetBoolean(6),
            row.GetBoolean(7)),
        row.IsDBNull(8) ? null : new Told(row.GetFieldValue<DateOnly>(8), row.IsDBNull(9) ? null : row.GetGuid(9)));
}

/// <summary>Whom the world was last told to hold a title.</summary>
internal sealed record Told(DateOnly Date, Guid? AthleteId);

internal static class LegendSegments
{
    /// <summary>For <see cref="LegendSegment.ReadWithTold"/>.</summary>
    public static void AddSegments(this NpgsqlBatch batch, params int[] segments) => batch.Add(
        """
        SELECT s.number, s.id, s.name, s.sport, s.time_zone, s.state, s.hidden, s.legends_off, t.date, t.athlete_id
        FROM segment s LEFT JOIN legend_told t ON t.segment = s.number WHERE s.number = ANY($1)
        """,
        segments);
}
