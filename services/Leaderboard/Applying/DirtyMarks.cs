using Npgsql;

namespace Strava.Leaderboards.Applying;

/// <summary>
/// A mark as it was when it was taken: what is to be set again of an athlete. What its two further parts stand for, the
/// kind of board says.
/// </summary>
internal readonly record struct Mark(long Athlete, long Of, DateOnly Day, long Version)
{
    /// <summary>Everything of the athlete.</summary>
    public bool IsAll => Of == 0;

    /// <summary>Npgsql reads -infinity as the first day there is.</summary>
    public bool IsAllDays => Day == DateOnly.MinValue;
}

/// <summary>What a kind of board calls its tables: <c>x_dirty</c>, <c>x_applied</c> and <c>x_store</c>.</summary>
/// <param name="Kind">The x.</param>
/// <param name="Of">Column of <see cref="Mark.Of"/>.</param>
/// <param name="Day">Column of <see cref="Mark.Day"/>.</param>
/// <param name="Until">What else bounds the watermark, in SQL.</param>
internal sealed record MarkNames(string Kind, string Of, string Day, string Until = "NULL")
{
    public string Key { get; } = $"athlete, {Of}, {Day}";
}

/// <summary>The work list: what the ledger has changed and the boards of one kind may not show yet.</summary>
internal abstract class DirtyMarks(NpgsqlDataSource database, MarkNames names)
{
    private static readonly TimeSpan KeepApplied = TimeSpan.FromMinutes(5);

    public MarkNames Names => names;

    /// <summary>
    /// The oldest first. They stay in the table until <see cref="RemoveAsync"/>, so a crash loses none.
    /// </summary>
    public async Task<List<Mark>> TakeAsync(short[] partitions, int limit, CancellationToken cancellationToken)
    {
        await using var command = Command(
            $"""
            SELECT {names.Key}, version FROM {names.Kind}_dirty
            WHERE partition = ANY($1) ORDER BY marked_at LIMIT $2
            """,
            partitions,
            limit);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var marks = new List<Mark>();
        while (await rows.ReadAsync(cancellationToken))
        {
            marks.Add(new Mark(rows.GetInt64(0), rows.GetInt64(1), rows.GetFieldValue<DateOnly>(2), rows.GetInt64(3)));
        }

        return marks;
    }

    /// <summary>
    /// Removes those that nobody has changed since they were taken, and notes them as applied lately.
    /// </summary>
    public Task RemoveAsync(IReadOnlyList<Mark> marks, CancellationToken cancellationToken) => ExecuteAsync(
        $"""
        WITH done AS (
            DELETE FROM {names.Kind}_dirty d
            USING unnest($1::bigint[], $2::bigint[], $3::date[], $4::bigint[]) AS t (athlete, of, day, version)
            WHERE d.athlete = t.athlete AND d.{names.Of} = t.of AND d.{names.Day} = t.day AND d.version = t.version
        )
        INSERT INTO {names.Kind}_applied ({names.Key}, applied_at)
        SELECT athlete, of, day, clock_timestamp()
        FROM unnest($1::bigint[], $2::bigint[], $3::date[]) AS t (athlete, of, day)
        ON CONFLICT ({names.Key}) DO UPDATE SET applied_at = EXCLUDED.applied_at
        """,
        cancellationToken,
        marks.Select(mark => mark.Athlete).ToArray(),
        marks.Select(mark => mark.Of).ToArray(),
        marks.Select(mark => mark.Day).ToArray(),
        marks.Select(mark => mark.Version).ToArray());

    /// <summary>Changes before this moment are on the boards; and whether a refill is still going on.</summary>
    public async Task<(DateTimeOffset At, bool Refilling)> WatermarkAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(
            $"""
            SELECT least((SELECT min(marked_at) FROM {names.Kind}_dirty), {names.Until}, statement_timestamp()),
                EXISTS (SELECT FROM {names.Kind}_dirty WHERE refill)
            """);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetFieldValue<DateTimeOffset>(0), row.GetBoolean(1));
    }

    /// <summary>What was applied since then is set once more.</summary>
    public Task MarkAppliedAsync(DateTimeOffset since, CancellationToken cancellationToken) => ExecuteAsync(
        $"""
        INSERT INTO {names.Kind}_dirty ({names.Key}, refill)
        SELECT {names.Key}, true FROM {names.Kind}_applied WHERE applied_at >= $1 ORDER BY 1, 2, 3
        ON CONFLICT ({names.Key}) DO UPDATE SET version = EXCLUDED.version, refill = true
        """,
        cancellationToken,
        since);

    /// <summary>
    /// Forgets what was applied long ago. Only while Redis is known to be the same: else it may still be needed.
    /// </summary>
    public Task PruneAsync(CancellationToken cancellationToken) => ExecuteAsync(
        $"""
        WITH moved AS (UPDATE {names.Kind}_store SET applied_since = greatest(applied_since, now() - $1))
        DELETE FROM {names.Kind}_applied WHERE applied_at < now() - $1
        """,
        cancellationToken,
        KeepApplied);

    protected async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(sql, values);
        // Marking a million athletes takes some seconds.
        command.CommandTimeout = 300;
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    protected NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}
