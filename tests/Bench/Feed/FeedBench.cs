using System.Diagnostics;
using Npgsql;
using Strava.Core.Postgres;
using Strava.Feeds.Timelines;
using Strava.Testing;

namespace Strava.Bench.Feed;

/// <summary>The friends' page among two million activities of 20,000 athletes.</summary>
internal static class FeedBench
{
    private const int Pages = 200;
    private const int WarmUp = 20;
    private static readonly int[] Friends = [500, 5_000];
    private static readonly int[] PageSizes = [20, 100];

    public static async Task RunAsync()
    {
        await using var database = PostgresExtensions.CreateDataSource(
            await (await TestServers.PostgresAsync()).CreateDatabaseAsync("bench_feed"));
        await Migrator.RunAsync(database, [typeof(Migrator).Assembly, typeof(FriendsActivities).Assembly]);
        await FillAsync(database);
        foreach (var friends in Friends)
        {
            var viewer = Guid.NewGuid();
            await BefriendAsync(database, viewer, friends);
            foreach (var size in PageSizes)
            {
                await MeasureAsync(database, viewer, $"feed.page.friends_{friends}.size_{size}", size);
            }
        }
    }

    /// <summary>Ours and the plain way take turns, page by page: whatever else the machine does meets both.</summary>
    private static async Task MeasureAsync(NpgsqlDataSource database, Guid viewer, string name, int size)
    {
        var ours = new FriendsActivities(database);
        List<double> oursMs = [], plainMs = [];
        for (var i = 0; i < WarmUp + Pages; i++)
        {
            var (lines, oursTook) = await TimeAsync(async () => (await ours.ReadAsync(
                viewer, FeedCursor.Start, 0, size + 1, CancellationToken.None)).ConvertAll(line => line.Activity.Id));
            var (expected, plainTook) = await TimeAsync(() => ProbeEachFriend.ReadAsync(database, viewer, size + 1));
            if (!lines.SequenceEqual(expected) || lines.Count != size + 1)
            {
                throw new InvalidOperationException($"{name}: the two ways show different pages.");
            }

            if (i >= WarmUp)
            {
                oursMs.Add(oursTook);
                plainMs.Add(plainTook);
            }
        }

        oursMs.Sort();
        plainMs.Sort();
        Figures.Print($"{name}.p50", Figures.Percentile(oursMs, 0.5), "ms");
        Figures.Print($"{name}.p99", Figures.Percentile(oursMs, 0.99), "ms");
        Figures.Print($"{name}.vs_probes", Figures.Percentile(plainMs, 0.5) / Figures.Percentile(oursMs, 0.5));
        Figures.Note(
            $"a probe for each friend: p50 {Figures.Format(Figures.Percentile(plainMs, 0.5))} ms, "
            + $"p99 {Figures.Format(Figures.Percentile(plainMs, 0.99))} ms");
    }

    private static async Task<(T Result, double Milliseconds)> TimeAsync<T>(Func<Task<T>> act)
    {
        var watch = Stopwatch.StartNew();
        var result = await act();
        return (result, watch.Elapsed.TotalMilliseconds);
    }

    private static async Task FillAsync(NpgsqlDataSource database)
    {
        Console.WriteLine("==> feed: 2,000,000 activities of 20,000 athletes");
        await ExecuteAsync(
            database,
            """
            INSERT INTO activity
            SELECT gen_random_uuid(), md5((i % 20000)::text)::uuid, 5, false, 1, 'Morning run', 1 + (i % 7 = 0)::int,
                timestamptz '2026-11-22' - random() * interval '1 year', 10000000, 3600000, 3500000, 12300
            FROM generate_series(1, 2000000) i;
            INSERT INTO athlete SELECT DISTINCT athlete_id, 1, 'Somebody' FROM activity
            """);
        await ExecuteAsync(database, "VACUUM ANALYZE");
    }

    private static async Task BefriendAsync(NpgsqlDataSource database, Guid viewer, int friends)
    {
        await ExecuteAsync(
            database,
            """
            INSERT INTO friendship
            SELECT least(athlete_id, $1), greatest(athlete_id, $1), 2, true FROM athlete ORDER BY random() LIMIT $2
            """,
            viewer,
            friends);
        await ExecuteAsync(database, "VACUUM ANALYZE friendship");
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 600;
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync();
    }
}
