using Npgsql;
using Strava.Contracts.Sports;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Applying;

/// <summary>
/// The work list of the boards of places: a mark is of a sport and a day, of a rolling window (see
/// <see cref="RollingWindows"/>), or of every board of the athlete.
/// </summary>
internal sealed class BoardMarks(NpgsqlDataSource database)
    : DirtyMarks(database, new MarkNames("board", "sport", "day", "(SELECT at FROM board_rolling)"))
{
    /// <summary>
    /// The days behind a mark; for a whole athlete so many that every board that is still kept is around one of them:
    /// each day while days and weeks are kept, before that one a month, and one of each sport for all time.
    /// </summary>
    public async Task<List<Touched>> ExpandAsync(
        IReadOnlyList<Mark> marks, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var touched = marks.Where(mark => !mark.IsAll).Select(TouchedBy).ToList();
        var athletes = marks.Where(mark => mark.IsAll).Select(mark => mark.Athlete).ToArray();
        if (athletes.Length == 0)
        {
            return touched;
        }

        await using var command = Command(
            """
            SELECT athlete, sport, local_date FROM ledger WHERE athlete = ANY($1) AND counts AND local_date >= $2
            UNION SELECT athlete, sport, max(local_date) FROM ledger
                WHERE athlete = ANY($1) AND counts AND local_date >= $3
                GROUP BY athlete, sport, date_trunc('month', local_date)
            UNION SELECT athlete, sport, max(local_date) FROM ledger
                WHERE athlete = ANY($1) AND counts GROUP BY athlete, sport
            """,
            athletes,
            EarliestOf(Window.Day, Window.Week),
            EarliestOf(Window.Month, Window.Year));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            touched.Add(new Touched(rows.GetInt64(0), (Sport)rows.GetInt16(1), rows.GetFieldValue<DateOnly>(2)));
        }

        return touched;

        DateOnly EarliestOf(params Window[] windows) => windows.Min(window => window.OldestKept(now).First);
    }

    private static Touched TouchedBy(Mark mark) => mark.Of < 0
        ? new Touched(mark.Athlete, (Sport)(-mark.Of), mark.Day, RollingWindows.ByMark(mark.Day))
        : new Touched(mark.Athlete, (Sport)mark.Of, mark.Day);
}
