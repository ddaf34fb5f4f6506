using Npgsql;

namespace Strava.Core.Rebuild;

/// <summary>How far a rebuild is.</summary>
/// <param name="Id">Its own.</param>
/// <param name="State">filling, verifying, swapped, done, cancelled or failed.</param>
/// <param name="After">Activities up to this one are in the copies.</param>
/// <param name="Told">How many activities are in the copies.</param>
/// <param name="Total">About how many there are; <c>null</c>: not known yet.</param>
/// <param name="RefuseDifferences">Fail instead of swapping when live and copy differ.</param>
/// <param name="Differences">Rows that differed; <c>null</c>: not compared yet. After <c>done</c> they are right.</param>
/// <param name="Examples">The first few of them, a JSON array.</param>
/// <param name="Reason">Why it failed.</param>
/// <param name="Seconds">From its start until now or its end.</param>
public sealed record RebuildProgress(
    Guid Id,
    string State,
    Guid After,
    long Told,
    long? Total,
    bool RefuseDifferences,
    long? Differences,
    string? Examples,
    string? Reason,
    double Seconds)
{
    public bool IsOver => State is "done" or "cancelled" or "failed";
}

/// <summary>
/// The table <c>rebuild</c> and its functions. Every step is a transaction that also says the next state, and changes
/// nothing when the state is another one by then.
/// </summary>
public sealed class Rebuilds(NpgsqlDataSource database)
{
    private const string Select =
        """
        SELECT id, state, after, told, total, refuse_differences, differences, examples::text, reason,
            extract(epoch FROM coalesce(ended_at, clock_timestamp()) - started_at)::float8
        FROM rebuild
        """;

    private const int MaxTries = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <returns>False when one is running.</returns>
    public async Task<bool> TryBeginAsync(Guid id, bool refuseDifferences, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync("SELECT rebuild_begin($1, $2)", cancellationToken, id, refuseDifferences);
            return true;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Its own id: the answer to an earlier try was lost on the way.
            return (await FindAsync(id, cancellationToken)) is not null;
        }
    }

    public async Task<RebuildProgress?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await ReadAsync($"{Select} WHERE id = $1", cancellationToken, id);

    /// <returns>The one that is running.</returns>
    public async Task<RebuildProgress?> CurrentAsync(CancellationToken cancellationToken) =>
        await ReadAsync($"{Select} WHERE state IN ('filling', 'verifying', 'swapped')", cancellationToken);

    /// <summary>Ends one that has not been swapped: the copies go, live has not been touched.</summary>
    /// <returns>False when it is too late, or there is no such rebuild.</returns>
    public Task<bool> EndAsync(Guid id, string state, string? reason, CancellationToken cancellationToken) =>
        CallAsync("SELECT rebuild_end($1, $2, $3)", cancellationToken, id, state, (object?)reason ?? DBNull.Value);

    internal Task<bool> SwapAsync(Guid id, CancellationToken cancellationToken) =>
        CallAsync("SELECT rebuild_swap($1)", cancellationToken, id);

    /// <summary>Compares and notes what was found. One reading of both tables, however large.</summary>
    internal async Task<long> CompareAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = 0 };
        // The role's own bound is for requests.
        batch.BatchCommands.Add(new("SET LOCAL statement_timeout = '1h'"));
        batch.BatchCommands.Add(new(
            """
            UPDATE rebuild SET differences = c.differences, examples = c.examples, moved_at = clock_timestamp()
            FROM rebuild_compare() c WHERE id = $1 AND state = 'verifying' RETURNING c.differences
            """)
        {
            Parameters = { new() { Value = id } },
        });
        var differences = await batch.ExecuteScalarAsync(cancellationToken) as long?;
        await transaction.CommitAsync(cancellationToken);
        return differences ?? 0;
    }

    // A lock that somebody holds for longer than the function waits is tried again: in between, nobody queues behind us.
    private async Task<bool> CallAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
#pragma warning disable CA2100 // Constants of this class.
                await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
                foreach (var value in values)
                {
                    command.Parameters.Add(value is DBNull
                        ? new() { Value = value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }
                        : new() { Value = value });
                }

                return await command.ExecuteScalarAsync(cancellationToken) is not false;
            }
            catch (PostgresException exception)
                when (exception.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected
                    && tries < MaxTries)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private async Task<RebuildProgress?> ReadAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
#pragma warning disable CA2100 // Constants of this class.
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new RebuildProgress(
                row.GetGuid(0),
                row.GetString(1),
                row.GetGuid(2),
                row.GetInt64(3),
                row.IsDBNull(4) ? null : row.GetInt64(4),
                row.GetBoolean(5),
                row.IsDBNull(6) ? null : row.GetInt64(6),
                row.IsDBNull(7) ? null : row.GetString(7),
                row.IsDBNull(8) ? null : row.GetString(8),
                row.GetDouble(9))
            : null;
    }
}
