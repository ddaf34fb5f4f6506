using Npgsql;
using Strava.Contracts.Geo;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;

namespace Strava.LocalLegends.Segments;

/// <summary>A segment as it is stored, but for its line.</summary>
internal sealed record SegmentRow
{
    private const string Columns =
        """
        number, id, made_by, sport, name, length_mm, climb_cm, descent_cm, average_grade, max_grade, time_zone,
        polyline, state, hidden, legends_off, backfill_done, backfill_total, created_at
        """;

    /// <summary>What rows and locks name it by.</summary>
    public required int Number { get; init; }

    public required Guid Id { get; init; }

    public required Guid MadeBy { get; init; }

    public required Sport Sport { get; init; }

    public required string Name { get; init; }

    public required long LengthMillimeters { get; init; }

    public required long? ClimbCm { get; init; }

    public required long? DescentCm { get; init; }

    public required float? AverageGrade { get; init; }

    public required float? MaxGrade { get; init; }

    public required string TimeZone { get; init; }

    public required string Polyline { get; init; }

    public required SegmentState State { get; init; }

    public required bool IsHidden { get; init; }

    public required bool AreLegendsOff { get; init; }

    public required int BackfillDone { get; init; }

    public required int? BackfillTotal { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public static string Select => $"SELECT {Columns} FROM segment";

    /// <summary>A hidden one is nobody's but its maker's.</summary>
    public static async Task<SegmentRow?> FindAsync(
        NpgsqlDataSource database, Guid id, Guid caller, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT {Columns} FROM segment WHERE id = $1 AND (NOT hidden OR made_by = $2)");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = caller });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? Read(rows) : null;
    }

    public static SegmentRow Read(NpgsqlDataReader row) => new()
    {
        Number = row.GetInt32(0),
        Id = row.GetGuid(1),
        MadeBy = row.GetGuid(2),
        Sport = (Sport)row.GetInt16(3),
        Name = row.GetString(4),
        LengthMillimeters = row.GetInt64(5),
        ClimbCm = row.IsDBNull(6) ? null : row.GetInt64(6),
        DescentCm = row.IsDBNull(7) ? null : row.GetInt64(7),
        AverageGrade = row.IsDBNull(8) ? null : row.GetFloat(8),
        MaxGrade = row.IsDBNull(9) ? null : row.GetFloat(9),
        TimeZone = row.GetString(10),
        Polyline = row.GetString(11),
        State = (SegmentState)row.GetInt16(12),
        IsHidden = row.GetBoolean(13),
        AreLegendsOff = row.GetBoolean(14),
        BackfillDone = row.GetInt32(15),
        BackfillTotal = row.IsDBNull(16) ? null : row.GetInt32(16),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(17),
    };

    public Segment ToAnswer()
    {
        var line = Contracts.Geo.Polyline.Decode(Polyline);
        return new Segment
        {
            Id = Id,
            Name = Name,
            Type = Sport,
            MadeBy = MadeBy,
            LengthMeters = LengthMillimeters / 1_000.0,
            ClimbMeters = ClimbCm / 100.0,
            DescentMeters = DescentCm / 100.0,
            AverageGradePercent = Percent(AverageGrade),
            MaxGradePercent = Percent(MaxGrade),
            TimeZone = TimeZone,
            Start = End(line.FirstOrDefault()),
            End = End(line.LastOrDefault()),
            Polyline = Polyline,
            State = State,
            Backfill = State == SegmentState.Open ? null : new(BackfillDone, BackfillTotal),
            Hidden = IsHidden,
            CreatedAt = CreatedAt,
        };
    }

    // Stored to a tenth of a percent, as a float of four bytes.
    private static double? Percent(float? grade) => grade is { } given ? Math.Round(given, 1) : null;

    private static Segment.SegmentEnd End(GeoPoint point) => new(point.Latitude, point.Longitude);
}
