using Npgsql;

namespace Strava.Activities.Sharding;

/// <summary>One statement each; what they are is constant text of ours, what varies is a parameter.</summary>
internal static class Calls
{
    // An index, or a virtual shard's events, may take minutes; the caller's token is the bound.
    private const int NoTimeout = 0;

    public static async Task<int> ExecuteAsync(
        this NpgsqlDataSource database, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(sql, cancellationToken, values);
    }

    public static async Task<int> ExecuteAsync(
        this NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<List<T>> ListAsync<T>(
        this NpgsqlDataSource database,
        string sql,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken,
        params object[] values)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(sql, read, cancellationToken, values);
    }

    public static async Task<List<T>> ListAsync<T>(
        this NpgsqlConnection connection,
        string sql,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken,
        params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var list = new List<T>();
        while (await rows.ReadAsync(cancellationToken))
        {
            list.Add(read(rows));
        }

        return list;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] values)
    {
#pragma warning disable CA2100 // Constant text, and numbers.
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = NoTimeout };
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}
