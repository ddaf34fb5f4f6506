using Npgsql;
using NpgsqlTypes;

namespace Strava.Core.Rebuild;

/// <summary>The table <c>rebuild</c> of one database, and its functions.</summary>
public sealed class RebuildState(NpgsqlDataSource database)
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
            await CallAsync(new("SELECT rebuild_begin($1, $2)")
            {
                Parameters = { new() { Value = id }, new() { Value = refuseDifferences } },
            }, cancellationToken);
            return true;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Its own id: the answer to an earlier try was lost on the way.
            return await FindAsync(id, cancellationToken) is not null;
        }
    }

    public Task<RebuildProgress?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        ReadAsync(new($"{Select} WHERE id = $1") { Parameters = { new() { Value = id } } }, cancellationToken);

    /// <returns>The one that is running.</returns>
    public Task<RebuildProgress?> CurrentAsync(CancellationToken cancellationToken) =>
        ReadAsync(new($"{Select} WHERE state IN ('filling', 'verifying', 'swapped')"), cancellationToken);

    /// <returns>False when it is too late, or there is no such rebuild.</returns>
    public Task<bool> EndAsync(Guid id, string state, string? reason, CancellationToken cancellationToken) => CallAsync(
        new("SELECT rebuild_end($1, $2, $3)")
        {
            Parameters =
            {
                new() { Value = id },
                new() { Value = state },
                new() { Value = (object?)reason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            },
        },
        cancellationToken);

    public Task SwapAsync(Guid id, CancellationToken cancellationToken) =>
        CallAsync(new("SELECT rebuild_swap($1)") { Parameters = { new() { Value = id } } }, cancellationToken);

    /// <summary>Compares and notes what was found. One reading of the tables, however large.</summary>
    public async Task<long> CompareAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var differences = await CompareAsync(id, connection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return differences;
    }

    /// <summary>The same within a transaction of the caller's.</summary>
    public static async Task<long> CompareAsync(Guid id, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        // The role's own bound is for requests.
        batch.BatchCommands.Add(new("SELECT set_config('statement_timeout', '1h', true)"));
        batch.BatchCommands.Add(new(
            """
            UPDATE rebuild SET differences = c.differences, examples = c.examples, moved_at = clock_timestamp()
            FROM rebuild_compare() c WHERE id = $1 AND state = 'verifying' RETURNING c.differences
            """)
        {
            Parameters = { new() { Value = id } },
        });
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? rows.GetInt64(0) : 0;
    }

    // A lock that somebody holds for longer than the function waits is tried again: in between, nobody queues behind
    // us.
    private async Task<bool> CallAsync(NpgsqlBatchCommand call, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await using var batch = database.CreateBatch();
                batch.BatchCommands.Add(call);
                return await batch.ExecuteScalarAsync(cancellationToken) is not false;
            }
            catch (PostgresException exception)
                when (exception.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected
                    && tries < MaxTries)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private async Task<RebuildProgress?> ReadAsync(NpgsqlBatchCommand query, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(query);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
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
