using Npgsql;
using Strava.Testing;

namespace Strava.EndToEnd.Planted;

/// <summary>A hand in a service's database: what a crash, a slow commit or another node would do to it.</summary>
internal sealed class Database(string service)
{
    // Events are guarded even against their owner, who must say that it is meant.
    private readonly string _connectionString =
        new NpgsqlConnectionStringBuilder(Platform.Current.Database(service)) { Options = "-c strava.maintenance=on" }.ConnectionString;

    public async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync();
        return connection;
    }

    public async Task<int> ExecuteAsync(string sql, params object[] values)
    {
        await using var connection = await OpenAsync();
        return await ExecuteAsync(connection, sql, values);
    }

    public static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteNonQueryAsync();
    }

    public static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
#pragma warning disable CA2100 // Every statement is a constant of this test project.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }

    /// <summary>Until a statement of somebody else waits for a lock here.</summary>
    public Task BlockedAsync() => Eventually.HoldsAsync(async () => await ScalarAsync(Blocked) is long and > 0);

    /// <summary>
    /// Ends the sessions that wait: their client is dead, but Postgres would not notice before they have written.
    /// </summary>
    public Task<int> EndBlockedAsync() =>
        ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity {Waiting}");

    public async Task<object?> ScalarAsync(string sql, params object[] values)
    {
        await using var connection = await OpenAsync();
        await using var command = Command(connection, sql, values);
        return await command.ExecuteScalarAsync();
    }

    private const string Waiting = "WHERE datname = current_database() AND wait_event_type = 'Lock'";
    private const string Blocked = $"SELECT count(*) FROM pg_stat_activity {Waiting}";
}
