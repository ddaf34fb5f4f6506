using System.Diagnostics;
using Npgsql;
using Strava.Activities.Activities;
using Strava.Activities.Archive;
using Strava.Core.Postgres;
using Strava.EventStore;
using Strava.Testing;

namespace Strava.Bench.Store;

/// <summary>
/// What archiving 600-point activities frees: <c>mt_events</c> with its TOAST and indexes and <c>archive_object</c>,
/// after VACUUM FULL each time, beside the bytes of the objects. The folder is synced to the disk as in production.
/// </summary>
internal static class ArchiveBench
{
    private const int Activities = 2_000;

    public static async Task RunAsync()
    {
        var connection = await (await TestServers.PostgresAsync()).CreateDatabaseAsync("bench_archive");
        await using var database = PostgresExtensions.CreateDataSource(connection);
        await Migrator.RunAsync(
            database, [typeof(Migrator).Assembly, typeof(EventSession).Assembly, typeof(ActivityStore).Assembly]);
        using var signal = new CommitSignal();
        var store = new ActivityStore(
            database, new EventReader(database, ActivityEventTypes.All), signal, TimeProvider.System);
        var recordings = Recordings.Make(200).Select(AppendBench.Prepared.Of).ToArray();
        for (var i = 0; i < Activities; i++)
        {
            await recordings[i % recordings.Length].StoreAsync(store);
        }

        var before = await BytesAsync(database);
        var folder = Directory.CreateTempSubdirectory("strava-bench-archive").FullName;
        try
        {
            await using var maintenance = new ArchiveDatabase(connection);
            var run = new ShardArchive(maintenance, new FolderStore(folder, TimeProvider.System), TimeProvider.System).Run;
            var progress = new ArchiveProgress();
            var watch = Stopwatch.StartNew();
            var due = run.DueAsync(TimeSpan.Zero, TimeSpan.FromDays(36_500), isAskedFor: true, CancellationToken.None);
            await run.RunAsync(due, progress, CancellationToken.None);
            var seconds = watch.Elapsed.TotalSeconds;
            if (progress.Done != Activities)
            {
                throw new InvalidOperationException($"{progress.Done} of {Activities} activities were archived.");
            }

            Figures.Print("archive.bytes_before", before / (double)Activities, "bytes/activity");
            Figures.Print("archive.bytes_after", await BytesAsync(database) / (double)Activities, "bytes/activity");
            Figures.Print("archive.object_bytes", progress.ObjectBytes / (double)Activities, "bytes/activity");
            Figures.Print("archive.activities_per_s", Activities / seconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<long> BytesAsync(NpgsqlDataSource database)
    {
        await using (var vacuum = database.CreateCommand("VACUUM FULL mt_events"))
        {
            vacuum.CommandTimeout = 300;
            await vacuum.ExecuteNonQueryAsync();
        }

        await using var command = database.CreateCommand(
            "SELECT pg_total_relation_size('mt_events') + pg_total_relation_size('archive_object')");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
