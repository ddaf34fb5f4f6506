using Npgsql;
using NpgsqlTypes;

namespace Strava.Core.Rebuild;

/// <summary>
/// The way to write what may be rebuilt at any moment: to the live tables, and in the same transaction to the copies
/// while there are any. So no commit shows live and copy at odds, and what is written live is never missing after a
/// swap.
/// </summary>
/// <remarks>
/// Whether there are copies is believed, not asked, and the belief travels with the transaction: <c>rebuild_expect</c>
/// fails it where the belief is wrong. Without a rebuild that costs a look at an empty index and no round trip. A
/// message whose transaction began before the copies were there is not missing in them either: its event was committed
/// before the rebuild began, and Activity reads the streams after that. Who comes after the swap finds no copy: the
/// name then means the live table, and the statement, guarded by its version, changes nothing.
/// </remarks>
public sealed class RebuildableTables(NpgsqlDataSource database)
{
    private const string WrongBelief = "ST010";
    private const int MaxTries = 5;

    // Swapped as one reference: consumers read it from many threads.
    private volatile Belief _belief = new(null);

    /// <param name="add">Adds the statements; called once more for the copies.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task WriteAsync(Action<NpgsqlBatch> add, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await WriteAsync(add, _belief.Rebuild, cancellationToken);
                return;
            }
            catch (PostgresException exception) when (exception.SqlState == WrongBelief && tries < MaxTries)
            {
                _belief = new Belief(await AskAsync(cancellationToken));
            }
        }
    }

    /// <summary>From here on in the batch's transaction the names of tables mean their copies.</summary>
    /// <remarks>
    /// The text bears the rebuild's id, so each rebuild has plans of its own. Else a statement that came just after a
    /// swap, found no copy and was planned for live would be run by that plan in the next rebuild too: Postgres looks a
    /// name up again when the path has changed or the table has, not when another table takes the name before it.
    /// </remarks>
    public static void AddToCopies(NpgsqlBatch batch, Guid rebuild, Action<NpgsqlBatch> add)
    {
        batch.BatchCommands.Add(new("SELECT set_config('search_path', 'shadow, public', true)"));
        var first = batch.BatchCommands.Count;
        add(batch);
        for (var i = first; i < batch.BatchCommands.Count; i++)
        {
            batch.BatchCommands[i].CommandText += $" -- {rebuild:N}";
        }
    }

    private async Task WriteAsync(Action<NpgsqlBatch> add, Guid? rebuild, CancellationToken cancellationToken)
    {
        // One Sync, hence one transaction.
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new("SELECT rebuild_expect($1)")
        {
            Parameters = { new() { Value = (object?)rebuild ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid } },
        });
        add(batch);
        if (rebuild is { } running)
        {
            AddToCopies(batch, running, add);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<Guid?> AskAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT id FROM rebuild WHERE state IN ('filling', 'verifying')");
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    private sealed record Belief(Guid? Rebuild);
}
