using Npgsql;
using NpgsqlTypes;
using Strava.Core.Applying;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Applying;

/// <summary>
/// Keeps rolling windows rolling: the ledger is their queue. Each step marks the athletes of whom an activity has
/// left a window or entered all of them since the last, an index range each; the applier then sets their totals as of
/// that step. So a second costs what has moved in it, not the members of a board, and a read expires nothing.
/// </summary>
/// <remarks>
/// Why no entry stays behind: the step and its marks commit together, and totals are read as of the step that their
/// snapshot shows, so who reads before the step leaves the marks to a later batch. A row that comes or changes beside
/// the step brings a mark of its own, which only a batch of this worker takes, after the step: the fence's rows are
/// locked until it has ended, so that nobody claims the boards and reads beside it.
/// </remarks>
internal sealed class RollingWindows(NpgsqlDataSource database)
{
    private static readonly DateOnly Epoch = new(1970, 1, 1);

    /// <summary>After an outage there is much to mark: in steps, each a short transaction.</summary>
    private static readonly TimeSpan LongestStep = TimeSpan.FromHours(1);

    /// <summary>The window that a mark's day stands for.</summary>
    public static Window? ByMark(DateOnly day) =>
        Window.Rolling.FirstOrDefault(window => window.RollingDays == day.DayNumber - Epoch.DayNumber);

    /// <summary>
    /// Rolls to <paramref name="now"/>; never back. Safe to repeat: a step that is done is not done again.
    /// </summary>
    /// <exception cref="TermOverException">The term has been claimed away.</exception>
    public async Task RollAsync(FenceTerm term, DateTimeOffset now, CancellationToken cancellationToken)
    {
        while (await StepAsync(term, now, cancellationToken) < now)
        {
        }
    }

    private async Task<DateTimeOffset> StepAsync(FenceTerm term, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockFenceAsync(connection, term, cancellationToken);
        await using var read = new NpgsqlCommand("SELECT at FROM board_rolling FOR UPDATE", connection);
        var last = new DateTimeOffset((DateTime)(await read.ExecuteScalarAsync(cancellationToken))!);
        var next = last + LongestStep < now ? last + LongestStep : now;
        if (next <= last)
        {
            return last;
        }

        await using var mark = new NpgsqlCommand(
            """
            WITH moved AS (
                SELECT l.athlete, l.sport, w.days, l.started_at + w.days * interval '24 hours' AS since
                FROM unnest($3::integer[]) w (days) JOIN ledger l
                    ON l.counts AND l.started_at > $1 - w.days * interval '24 hours'
                    AND l.started_at <= $2 - w.days * interval '24 hours'
                UNION ALL
                SELECT l.athlete, l.sport, w.days, l.started_at
                FROM unnest($3::integer[]) w (days) JOIN ledger l
                    ON l.counts AND l.started_at > $1 AND l.started_at <= $2),
            marked AS (
                INSERT INTO board_dirty AS d (athlete, sport, day, marked_at)
                SELECT athlete, -sport, date '1970-01-01' + days, min(since) FROM moved
                GROUP BY athlete, sport, days ORDER BY 1, 2, 3
                ON CONFLICT (athlete, sport, day) DO UPDATE
                SET version = EXCLUDED.version, marked_at = least(d.marked_at, EXCLUDED.marked_at))
            UPDATE board_rolling SET at = $2
            """,
            connection);
        mark.Parameters.Add(Instant(last));
        mark.Parameters.Add(Instant(next));
        mark.Parameters.Add(new() { Value = Window.Rolling.Select(window => window.RollingDays).ToArray() });
        await mark.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return next;
    }

    private static async Task LockFenceAsync(
        NpgsqlConnection connection, FenceTerm term, CancellationToken cancellationToken)
    {
        await using var fence = new NpgsqlCommand(
            "SELECT partition FROM fence WHERE duty = $1 AND partition = ANY($2) AND term = $3 FOR SHARE", connection);
        fence.Parameters.Add(new() { Value = BoardApplier.Duty });
        fence.Parameters.Add(new() { Value = term.Partitions });
        fence.Parameters.Add(new() { Value = term.Number });
        await using var rows = await fence.ExecuteReaderAsync(cancellationToken);
        var held = 0;
        while (await rows.ReadAsync(cancellationToken))
        {
            held++;
        }

        if (held != term.Partitions.Length)
        {
            throw new TermOverException(term.Number);
        }
    }

    private static NpgsqlParameter Instant(DateTimeOffset at) =>
        new() { Value = at.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
