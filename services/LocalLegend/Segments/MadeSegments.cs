using Npgsql;
using NpgsqlTypes;
using Strava.Contracts.Rest;

namespace Strava.LocalLegends.Segments;

/// <summary>A segment that is there already.</summary>
internal sealed record FoundSegment(SegmentRow Row, bool IsSameLine)
{
    public Guid MadeBy => Row.MadeBy;
}

/// <summary>Makers one after another, each in one short transaction.</summary>
internal sealed class MadeSegments(NpgsqlDataSource database)
{
    /// <summary>
    /// Whoever matches tracks holds the same lock shared while it commits: a commit after ours has matched the new
    /// segment, one before ours is visible to its backfill.
    /// </summary>
    private const string LockCatalogue = "SELECT pg_advisory_xact_lock(3, 0)";

    public async Task<Work> BeginAsync(CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var work = new Work(connection, transaction);
        await using var command = new NpgsqlCommand(LockCatalogue, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return work;
    }

    /// <summary>Undone unless it is committed.</summary>
    internal sealed class Work(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public NpgsqlConnection Connection => connection;

        /// <summary>That id, else that line by the same maker where it is not hidden.</summary>
        public async Task<FoundSegment?> FindSameAsync(Wish wish, CancellationToken cancellationToken)
        {
            await using var command = new NpgsqlCommand(
                $"""
                SELECT s.*, l.same FROM ({SegmentRow.Select}) AS s JOIN LATERAL (
                    SELECT line = $4 AND sport = $3 AS same FROM segment WHERE number = s.number) AS l ON true
                WHERE s.id = $1 OR s.made_by = $2 AND s.sport = $3 AND s.length_mm = $5 AND NOT s.hidden AND l.same
                ORDER BY (s.id = $1) DESC, s.number LIMIT 1
                """,
                connection,
                transaction);
            command.Parameters.Add(new() { Value = wish.Id });
            command.Parameters.Add(new() { Value = wish.MadeBy });
            command.Parameters.Add(new() { Value = (short)wish.Line.Sport });
            command.Parameters.Add(new() { Value = wish.Line.Encode() });
            command.Parameters.Add(new() { Value = wish.Line.Figures.LengthMillimeters });
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            return await rows.ReadAsync(cancellationToken)
                ? new FoundSegment(SegmentRow.Read(rows), rows.GetBoolean(rows.FieldCount - 1))
                : null;
        }

        public async Task<long> CountSinceAsync(Guid maker, DateTimeOffset since, CancellationToken cancellationToken)
        {
            await using var command = new NpgsqlCommand(
                "SELECT count(*) FROM segment WHERE made_by = $1 AND created_at > $2", connection, transaction);
            command.Parameters.Add(new() { Value = maker });
            command.Parameters.Add(new() { Value = since });
            return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        public async Task<SegmentRow> InsertAsync(Wish wish, DateTimeOffset now, CancellationToken cancellationToken)
        {
            var figures = wish.Line.Figures;
            await using var command = new NpgsqlCommand(
                """
                WITH catalogue AS (UPDATE segment_catalogue SET change = change + 1 RETURNING change)
                INSERT INTO segment (
                    id, made_by, sport, name, line, bounds, length_mm, climb_cm, descent_cm, max_grade, average_grade,
                    time_zone, polyline, state, created_at, change)
                SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, change FROM catalogue
                RETURNING number
                """,
                connection,
                transaction);
            var made = new SegmentRow
            {
                Number = 0,
                Id = wish.Id,
                MadeBy = wish.MadeBy,
                Sport = wish.Line.Sport,
                Name = wish.Name,
                LengthMillimeters = figures.LengthMillimeters,
                ClimbCm = figures.ClimbCm,
                DescentCm = figures.DescentCm,
                AverageGrade = figures.AveragePermille / 10f,
                MaxGrade = figures.SteepestPermille / 10f,
                TimeZone = wish.TimeZone,
                Polyline = wish.Line.Polyline(),
                State = SegmentState.Backfilling,
                IsHidden = false,
                AreLegendsOff = false,
                BackfillDone = 0,
                BackfillTotal = null,
                CreatedAt = now,
            };
            NpgsqlParameter[] values =
            [
                new() { Value = made.Id },
                new() { Value = made.MadeBy },
                new() { Value = (short)made.Sport },
                new() { Value = made.Name },
                new() { Value = wish.Line.Encode() },
                new() { Value = wish.Line.Bounds() },
                new() { Value = made.LengthMillimeters },
                Optional(made.ClimbCm, NpgsqlDbType.Bigint),
                Optional(made.DescentCm, NpgsqlDbType.Bigint),
                Optional(made.MaxGrade, NpgsqlDbType.Real),
                Optional(made.AverageGrade, NpgsqlDbType.Real),
                new() { Value = made.TimeZone },
                new() { Value = made.Polyline },
                new() { Value = (short)made.State },
                new() { Value = made.CreatedAt },
            ];
            command.Parameters.AddRange(values);
            return made with { Number = (int)(await command.ExecuteScalarAsync(cancellationToken))! };
        }

        public Task CommitAsync(CancellationToken cancellationToken) => transaction.CommitAsync(cancellationToken);

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }

        private static NpgsqlParameter Optional(object? value, NpgsqlDbType type) =>
            new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
    }
}
