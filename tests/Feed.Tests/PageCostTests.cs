using System.Diagnostics;
using Strava.Core.Postgres;
using Strava.Feeds.Timelines;
using Strava.Testing;

namespace Strava.Feeds.Tests;

/// <summary>
/// What a page costs with many friends among two million activities. Run it by name: it takes a minute to fill.
/// </summary>
[TestFixture]
[Explicit("A measurement: fills 2,000,000 rows.")]
internal sealed class PageCostTests
{
    private static readonly Guid Viewer = new("00000000-0000-0000-0000-0000000000ff");

    [TestCase(500, 10)]
    [TestCase(5_000, 25)]
    public async Task A_page_costs_by_friends_and_not_by_activities(int friends, double targetMilliseconds)
    {
        await using var database = PostgresExtensions.CreateDataSource(
            await (await TestServers.PostgresAsync()).CreateDatabaseAsync("feed_cost"));
        await Migrator.RunAsync(database, [typeof(Migrator).Assembly, typeof(Program).Assembly]);
        await using var fill = database.CreateCommand(
            """
            INSERT INTO activity
            SELECT gen_random_uuid(), ('00000001-0000-0000-0000-' || lpad(to_hex(i % 20000), 12, '0'))::uuid, 5, false,
                1, 'Morning run', 1 + (i % 7 = 0)::int, timestamptz '2026-11-22' - random() * interval '1 year',
                10000000, 3600000, 3500000, 12300
            FROM generate_series(1, 2000000) i;
            INSERT INTO athlete SELECT DISTINCT athlete_id, 1, 'Somebody' FROM activity;
            INSERT INTO friendship SELECT '00000000-0000-0000-0000-0000000000ff', athlete_id, 2, true FROM athlete
                ORDER BY random() LIMIT $1;
            """.Replace("$1", $"{friends}", StringComparison.Ordinal));
        fill.CommandTimeout = 300;
        await fill.ExecuteNonQueryAsync();
        await using var vacuum = database.CreateCommand("VACUUM ANALYZE");
        vacuum.CommandTimeout = 120;
        await vacuum.ExecuteNonQueryAsync();

        var reader = new FriendsActivities(database);
        foreach (var size in new[] { 20, 100 })
        {
            var milliseconds = new List<double>();
            for (var i = 0; i < 220; i++)
            {
                var watch = Stopwatch.StartNew();
                var lines = await reader.ReadAsync(Viewer, FeedCursor.Start, 0, size + 1, CancellationToken.None);
                milliseconds.Add(watch.Elapsed.TotalMilliseconds);
                Assert.That(lines, Has.Count.EqualTo(size + 1));
            }

            // The first ones plan and warm up.
            var sorted = milliseconds.Skip(20).Order().ToList();
            var figure = $"figure feed.page.friends_{friends}.size_{size}";
            TestContext.Out.WriteLine($"{figure}.p50 {sorted[100]:0.0} ms");
            TestContext.Out.WriteLine($"{figure}.p99 {sorted[197]:0.0} ms (target {targetMilliseconds})");
        }
    }
}
