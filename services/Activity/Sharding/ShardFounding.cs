using Npgsql;

namespace Strava.Activities.Sharding;

/// <summary>
/// Writes the map down at first use, and makes each database one of several; <c>--migrate</c> does it, as the owner.
/// Where there are activities or athletes already all stays in the first database until it is moved; else it is spread
/// evenly. A database that is added later is empty until something is moved to it. Safe to repeat: what is written down
/// stays.
/// </summary>
internal static class ShardFounding
{
    private static readonly (string Table, string Column)[] Indexed =
    [
        ("activity", "athlete_id"), ("imported_file", "athlete_id"), ("athlete_copy", "athlete_id"),
        ("idempotency_key", "athlete_id"), ("friendship_copy", "athlete_a"), ("friendship_copy", "athlete_b"),
    ];

    /// <summary>After the migrations of all of them.</summary>
    public static Task FoundShardsAsync(this WebApplication app)
    {
        var shards = app.Services.GetRequiredService<Shards>();
        return shards.AreSeveral
            ? RunAsync([.. shards.All.Select(shard => (shard.Name, shard.Database))], CancellationToken.None)
            : Task.CompletedTask;
    }

    /// <param name="shards">The first holds the map.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public static async Task RunAsync(
        IReadOnlyList<(string Name, NpgsqlDataSource Database)> shards, CancellationToken cancellationToken)
    {
        var names = shards.Select(shard => shard.Name).ToArray();
        var control = shards[0].Database;
        await control.ExecuteAsync(
            """
            INSERT INTO shard_map (virtual_shard, database)
            SELECT v, CASE WHEN EXISTS (SELECT FROM mt_streams) OR EXISTS (SELECT FROM athlete_copy) THEN $1[1] ELSE $1[1 + v % cardinality($1)] END
            FROM generate_series(0, 4095) AS v
            WHERE NOT EXISTS (SELECT FROM shard_map) ON CONFLICT DO NOTHING
            """,
            cancellationToken,
            (object)names);
        foreach (var shard in shards)
        {
            // Not what is on its way: the mover opens that.
            var here = await control.ListAsync(
                """
                SELECT virtual_shard FROM shard_map
                WHERE database = $1 AND virtual_shard NOT IN (SELECT virtual_shard FROM shard_move)
                """,
                row => row.GetInt32(0),
                cancellationToken,
                shard.Name);
            await shard.Database.ExecuteAsync("SELECT found_shards($1)", cancellationToken, here.ToArray());
            foreach (var (table, column) in Indexed)
            {
                // Outside of a transaction, while everybody writes. It is what a move finds its rows by.
                await shard.Database.ExecuteAsync(
                    $"CREATE INDEX CONCURRENTLY IF NOT EXISTS {table}_{column}_virtual_shard ON {table} (virtual_shard_of({column}))",
                    cancellationToken);
            }
        }
    }
}
