using Npgsql;
using NpgsqlTypes;

namespace Strava.LocalLegends.Legends;

internal static class LegendSql
{
    /// <param name="batch">To which the statement is added.</param>
    /// <param name="sql">Constant text.</param>
    /// <param name="values">Of its parameters; a parameter of its own where the type cannot be told from the
    /// value.</param>
    public static NpgsqlBatchCommand Add(this NpgsqlBatch batch, string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new() { Value = value });
        }

        batch.BatchCommands.Add(command);
        return command;
    }

    public static NpgsqlParameter Times(IEnumerable<DateTime> times) =>
        new() { Value = times.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz };

    /// <summary>The rows of the next statement of a batch that gives any.</summary>
    public static async Task<List<T>> ReadAsync<T>(
        this NpgsqlDataReader rows, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var found = new List<T>();
        while (await rows.ReadAsync(cancellationToken))
        {
            found.Add(read(rows));
        }

        await rows.NextResultAsync(cancellationToken);
        return found;
    }
}
