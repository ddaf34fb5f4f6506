using Npgsql;
using Strava.Contracts.Sports;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Applying;

/// <summary>A mark as it was when it was taken.</summary>
internal readonly record struct Mark(long Athlete, short Sport, DateOnly Day, long Version)
{
    /// <summary>Every board of the athlete is to be set, not only those of one day.</summary>
    public bool IsWholeAthlete => Sport == 0;

    /// <summary>What one of <see cref="RollingWindows"/>' marks, or a day's, stands for.</summary>
    public Touched Touched => Sport < 0
        ? new Touched(Athlete, (Sport)(-Sport), Day, RollingWindows.ByMark(Day))
        : new Touched(Athlete, (Sport)Sport, Day);
}

/// <summary>The work list: what the ledger has changed and the boards may not show yet.</summary>
internal sealed class BoardMarks(NpgsqlDataSource database)
{
    /// <summary>
    /// The oldest first. They stay in the table until <see cref="RemoveAsync"/>, so a crash loses none.
    /// </summary>
    public async Task<List<Mark>> TakeAsync(short[] partitions, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT athlete, sport, day, version FROM board_dirty
            WHERE partition = ANY($1) ORDER BY marked_at LIMIT $2
            """);
        command.Parameters.Add(new() { Value = partitions });
        command.Parameters.Add(new() { Value = limit });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var marks = new List<Mark>();
        while (await rows.ReadAsync(cancellationToken))
        {
            marks.Add(new Mark(rows.GetInt64(0), rows.GetInt16(1), rows.GetFieldValue<DateOnly>(2), rows.GetInt64(3)));
        }

        return marks;
    }

    /// <summary>
    /// The days behind a mark; for a whole athlete so many that every board that is still kept is around one of them:
    /// each day while days and weeks are kept, before that one a month, and one of each sport for all time.
    /// </summary>
    public async Task<List<Touched>> ExpandAsync(
        IReadOnlyList<Mark> marks, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var touched = marks.Where(mark => !mark.IsWholeAthlete).Select(mark => mark.Touched).ToList();
        var athletes = marks.Where(mark => mark.IsWholeAthlete).Select(mark => mark.Athlete).ToArray();
        if (athletes.Length == 0)
        {
            return touched;
        }

        await using var command = database.CreateCommand(
            """
            SELECT athlete, sport, local_date FROM ledger WHERE athlete = ANY($1) AND counts AND local_date >= $2
            UNION SELECT athlete, sport, max(local_date) FROM ledger
                WHERE athlete = ANY($1) AND counts AND local_date >= $3
                GROUP BY athlete, sport, date_trunc('month', local_date)
            UNION SELECT athlete, sport, max(local_date) FROM ledger
                WHERE athlete = ANY($1) AND counts GROUP BY athlete, sport
            """);
        command.Parameters.Add(new() { Value = athletes });
        command.Parameters.Add(new() { Value = EarliestOf(Window.Day, Window.Week) });
        command.Parameters.Add(new() { Value = EarliestOf(Window.Month, Window.Year) });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            touched.Add(new Touched(rows.GetInt64(0), (Sport)rows.GetInt16(1), rows.GetFieldValue<DateOnly>(2)));
        }

        return touched;

        DateOnly EarliestOf(params Window[] windows) => windows.Min(window => window.OldestKept(now).First);
    }

    /// <summary>
    /// Removes those that nobody has changed since they were taken, and notes them as applied lately.
    /// </summary>
    public async Task RemoveAsync(IReadOnlyList<Mark> marks, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH done AS (
                DELETE FROM board_dirty d
                USING unnest($1::bigint[], $2::smallint[], $3::date[], $4::bigint[]) AS t (athlete, sport, day, version)
                WHERE d.athlete = t.athlete AND d.sport = t.sport AND d.day = t.day AND d.version = t.version
            )
            INSERT INTO board_applied (athlete, sport, day, applied_at)
            SELECT athlete, sport, day, clock_timestamp()
            FROM unnest($1::bigint[], $2::smallint[], $3::date[]) AS t (athlete, sport, day)
            ON CONFLICT (athlete, sport, day) DO UPDATE SET applied_at = EXCLUDED.applied_at
            """);
        command.Parameters.Add(new() { Value = marks.Select(mark => mark.Athlete).ToArray() });
        command.Parameters.Add(new() { Value = marks.Select(mark => mark.Sport).ToArray() });
        command.Parameters.Add(new() { Value = marks.Select(mark => mark.Day).ToArray() });
        command.Parameters.Add(new() { Value = marks.Select(mark => mark.Version).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Changes before this moment are on the boards; and whether a refill is still going on.</summary>
    public async Task<(DateTimeOffset At, bool Refilling)> WatermarkAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT least((SELECT min(marked_at) FROM board_dirty), (SELECT at FROM board_rolling), statement_timestamp()),
                EXISTS (SELECT FROM board_dirty WHERE refill)
            """);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetFieldValue<DateTimeOffset>(0), row.GetBoolean(1));
    }
}
