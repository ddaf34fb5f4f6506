using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Strava.Core.Postgres;

/// <summary>
/// Applies the <c>Migrations/*.sql</c> embedded in a service and in the libraries it builds on, in order of library and
/// name. Safe to repeat and to run on several nodes at once: one advisory lock serialises them, each script runs in one
/// transaction with the row that records it, and what is recorded is not run again.
/// </summary>
public static class Migrator
{
    private const long LockKey = 0x5374_7261_7661; // "Strava"

    /// <summary>
    /// When the process was started with <c>--migrate</c>: applies the migrations to each database and says true, so
    /// that Main returns.
    /// </summary>
    public static async Task<bool> MigrateIfAskedAsync(this WebApplication app, string[] args, params Assembly[] libraries)
    {
        if (!args.Contains("--migrate"))
        {
            return false;
        }

        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Migrator));
        IEnumerable<NpgsqlDataSource> databases =
            [app.Services.GetRequiredService<NpgsqlDataSource>(), .. app.Services.GetKeyedServices<NpgsqlDataSource>(KeyedService.AnyKey)];
        foreach (var database in databases)
        {
            var applied = await RunAsync(database, [typeof(Migrator).Assembly, .. libraries, Assembly.GetEntryAssembly()!]);
            log.LogInformation("Migrations applied: {Count}", applied.Count);
        }

        return true;
    }

    /// <returns>The names of the scripts that this call applied.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(
        NpgsqlDataSource database, IReadOnlyList<Assembly> assemblies, CancellationToken cancellationToken = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            await ExecuteAsync(
                connection,
                "CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())",
                cancellationToken);

            var applied = new List<string>();
            foreach (var (name, assembly) in Scripts(assemblies))
            {
                if (await ApplyAsync(connection, name, assembly, cancellationToken))
                {
                    applied.Add(name);
                }
            }

            return applied;
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    private static IEnumerable<(string Name, Assembly Assembly)> Scripts(IReadOnlyList<Assembly> assemblies) =>
        from assembly in assemblies.Distinct()
        from resource in assembly.GetManifestResourceNames().Where(r => r.EndsWith(".sql", StringComparison.Ordinal)).Order()
        select ($"{assembly.GetName().Name}/{resource}", assembly);

    private static async Task<bool> ApplyAsync(
        NpgsqlConnection connection, string name, Assembly assembly, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var record = new NpgsqlCommand(
            "INSERT INTO schema_migration (name) VALUES ($1) ON CONFLICT DO NOTHING", connection, transaction)
        {
            Parameters = { new() { Value = name } },
        };
        if (await record.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            return false;
        }

        using var script = new StreamReader(assembly.GetManifestResourceStream(name[(name.IndexOf('/') + 1)..])!);
        await ExecuteAsync(connection, await script.ReadToEndAsync(cancellationToken), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        // A big index may take minutes; the caller's token is the bound.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
