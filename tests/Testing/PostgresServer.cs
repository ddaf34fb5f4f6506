using Npgsql;

namespace Strava.Testing;

public sealed class PostgresServer : NativeServer
{
    private PostgresServer(ServerFolder? folder, string connection)
        : base("postgres", folder, connection)
    {
    }

    /// <summary>A fresh database; its name begins with the prefix. Gives its connection string.</summary>
    /// <param name="prefix">Of its name.</param>
    /// <param name="template">To be copied; nobody is connected to it. Without one it is empty.</param>
    public async Task<string> CreateDatabaseAsync(string prefix, string template = "template1")
    {
        var name = $"{prefix}_{Guid.NewGuid():N}"[..Math.Min(prefix.Length + 13, 60)];
        await using var connection = new NpgsqlConnection(For("postgres"));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The name is the test's own prefix and hexadecimal digits.
        command.CommandText = $"create database \"{name}\" template \"{template}\"";
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
        return For(name);
    }

    internal static async Task<PostgresServer> OpenAsync()
    {
        var (folder, connection) = await OpenAsync("postgres", "STRAVA_TEST_POSTGRES");
        return new PostgresServer(folder, connection);
    }

    // Each test's database has a pool of its own; what a finished test leaves open is given back soon.
    private string For(string database)
    {
        return new NpgsqlConnectionStringBuilder(Connection)
        {
            Database = database,
            ConnectionIdleLifetime = 10,
            ConnectionPruningInterval = 5,
        }.ConnectionString;
    }
}
