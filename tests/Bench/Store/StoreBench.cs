using Npgsql;
using Strava.Activities.Activities;
using Strava.Core.Postgres;
using Strava.EventStore;
using Strava.Testing;

namespace Strava.Bench.Store;

/// <summary>The event store beside the raw limit of the same Postgres.</summary>
internal static class StoreBench
{
    private static readonly Dictionary<string, Func<NpgsqlDataSource, Task>> Parts = new()
    {
        ["append"] = AppendBench.RunAsync,
        ["bulk"] = BulkBench.RunAsync,
        ["live"] = LiveBench.RunAsync,
        ["buffer"] = LiveBufferBench.RunAsync,
        ["read"] = ReadBench.RunAsync,
        ["profile"] = ProfileBench.RunAsync,
        ["details"] = DetailsBench.RunAsync,
        ["catchup"] = CatchUpBench.RunAsync,
        ["torture"] = TortureBench.RunAsync,
        ["storage"] = StorageBench.RunAsync,
    };

    public static async Task RunAsync(string[] parts)
    {
        var server = await TestServers.PostgresAsync();
        foreach (var part in parts.Length > 0 ? parts : [.. Parts.Keys])
        {
            // A database of its own for each, so that none measures what another left behind.
            await using var database = PostgresExtensions.CreateDataSource(Kept(await server.CreateDatabaseAsync($"bench_{part}")));
            await Migrator.RunAsync(database, [typeof(Migrator).Assembly, typeof(EventSession).Assembly, typeof(ActivityStore).Assembly]);
            Console.WriteLine($"==> {part}");
            await Parts[part](database);
        }
    }

    // As in a service: no connection is closed while the other side has its turn, to be opened and prepared anew in the
    // next.
    private static string Kept(string connection) =>
        new NpgsqlConnectionStringBuilder(connection) { ConnectionIdleLifetime = 3_600 }.ConnectionString;
}
