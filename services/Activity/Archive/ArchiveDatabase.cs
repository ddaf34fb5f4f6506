using Npgsql;
using Strava.Core.Postgres;

namespace Strava.Activities.Archive;

/// <summary>
/// A database as the maintenance role sees it, who alone may call the archive's functions.
/// </summary>
internal sealed class ArchiveDatabase(string connectionString) : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source = PostgresExtensions.CreateDataSource(connectionString);

    /// <summary>
    /// Raised by the functions: another attempt, or a change of the rows, was faster. Nothing was written.
    /// </summary>
    public static bool IsOvertaken(PostgresException exception) => exception.SqlState is "ST001" or "ST002";

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(sql, values);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<List<T>> ListAsync<T>(
        string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(sql, values);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var list = new List<T>();
        while (await rows.ReadAsync(cancellationToken))
        {
            list.Add(read(rows));
        }

        return list;
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private NpgsqlCommand Command(string sql, object[] values)
    {
#pragma warning disable CA2100 // Constants of the archive's own classes; what varies is a parameter.
        var command = _source.CreateCommand(sql);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}
