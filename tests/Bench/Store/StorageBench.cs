using Npgsql;
using Strava.Activities.Activities;
using Strava.Contracts.Events;
using Strava.EventStore;

namespace Strava.Bench.Store;

/// <summary>
/// Bytes a point with everything counted: rows, indexes, TOAST and summary rows, after a tenth of the activities were
/// renamed.
/// </summary>
internal static class StorageBench
{
    private const int Activities = 4_000;

    private static readonly string[] Tables =
        ["mt_events", "mt_streams", "activity", "activity_progress", "route_chunk", "imported_file", "event_trace"];

    public static async Task RunAsync(NpgsqlDataSource database)
    {
        await RunAsync(database, lateFixes: false);
        await ExecuteAsync(
            database,
            """
            BEGIN; SET LOCAL strava.maintenance = 'on'; DROP TABLE mt_events_binary;
            TRUNCATE mt_streams, mt_events, activity, activity_progress; COMMIT
            """);
        await RunAsync(database, lateFixes: true);
    }

    private static async Task RunAsync(NpgsqlDataSource database, bool lateFixes)
    {
        var suffix = lateFixes ? ".late_fixes" : "";
        var recordings = Recordings.Make(200, lateFixes).Select(AppendBench.Prepared.Of).ToArray();
        Figures.Note($"encoded points alone  {recordings.Average(recording => recording.PointBytes) / Recordings.Points:0.000} bytes a point");
        using var signal = new CommitSignal();
        var store = new ActivityStore(database, new EventReader(database, ActivityEventTypes.All), signal, TimeProvider.System);
        for (var i = 0; i < Activities; i++)
        {
            await recordings[i % recordings.Length].StoreAsync(store);
        }

        await RenameAsync(database, store);
        await ExecuteAsync(database, "VACUUM ANALYZE");

        var points = (double)Activities * Recordings.Points;
        var total = 0.0;
        foreach (var table in Tables)
        {
            var bytes = await BytesAsync(database, table);
            total += bytes;
            Figures.Note($"{table,-18} {bytes / points,6:0.000} bytes a point, of which indexes {await IndexBytesAsync(database, table) / points:0.000}");
        }

        Figures.Print("store.bytes_per_point" + suffix, total / points);

        // The same events with the points as bytes in bdata instead of base64 in the JSON.
        await ExecuteAsync(
            database,
            """
            CREATE TABLE mt_events_binary (LIKE mt_events INCLUDING ALL);
            INSERT INTO mt_events_binary SELECT seq_id, id, stream_id, version,
                CASE WHEN type = 'route_recorded' THEN '{}' ELSE data END,
                CASE WHEN type = 'route_recorded' THEN '\x0100000000000000'::bytea || decode(data->>'Points', 'base64') END,
                type, timestamp, tenant_id, mt_dotnet_type, is_archived
            FROM mt_events ORDER BY seq_id;
            """);
        var binary = total - await BytesAsync(database, "mt_events") + await BytesAsync(database, "mt_events_binary");
        Figures.Print("store.bytes_per_point.bdata" + suffix, binary / points);
    }

    private static async Task RenameAsync(NpgsqlDataSource database, ActivityStore store)
    {
        var ids = new List<Guid>();
        await using (var command = database.CreateCommand("SELECT id FROM activity ORDER BY id LIMIT $1"))
        {
            command.Parameters.Add(new() { Value = Activities / 10 });
            await using var rows = await command.ExecuteReaderAsync();
            while (await rows.ReadAsync())
            {
                ids.Add(rows.GetGuid(0));
            }
        }

        foreach (var id in ids)
        {
            await using var session = await store.OpenSessionAsync(CancellationToken.None);
            var locked = await store.LockAsync(session, id, [], CancellationToken.None);
            ActivityStore.Append(session, locked!, [new ActivityRenamed("Evening along the river")], statistics: null);
            await store.SaveAsync(session, CancellationToken.None);
        }
    }

    private static Task<long> BytesAsync(NpgsqlDataSource database, string table) =>
        ScalarAsync(database, "SELECT pg_total_relation_size($1::regclass)", table);

    private static Task<long> IndexBytesAsync(NpgsqlDataSource database, string table) =>
        ScalarAsync(database, "SELECT pg_indexes_size($1::regclass)", table);

    private static async Task<long> ScalarAsync(NpgsqlDataSource database, string sql, string table)
    {
#pragma warning disable CA2100 // Constants of this file.
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = table });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
#pragma warning disable CA2100 // Constants of this file.
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
