using System.Diagnostics;
using Npgsql;
using Strava.Activities.Activities;
using Strava.EventStore;

namespace Strava.Bench.Store;

/// <summary>
/// Whole activities (5 events, 600 points) by one writer: one by one, and 500 a transaction by COPY; in turns.
/// </summary>
internal static class BulkBench
{
    private const int Rounds = 5;
    private const int BatchActivities = 500;

    public static async Task RunAsync(NpgsqlDataSource database)
    {
        var activities = Recordings.Make(64).Select(AppendBench.Prepared.Of).ToArray();
        using var signal = new CommitSignal();
        var store = new ActivityStore(database, new EventReader(database, ActivityEventTypes.All), signal, TimeProvider.System);
        var bulk = new BulkAppend(database, ActivityEventTypes.All, TimeProvider.System);
        var rates = new List<(double Single, double Bulk)>();
        for (var round = 0; round <= Rounds; round++)
        {
            var single = await RateAsync(async () =>
            {
                for (var i = 0; i < BatchActivities; i++)
                {
                    await activities[i % activities.Length].StoreAsync(store);
                }
            });
            var copied = await RateAsync(async () =>
            {
                var streams = Enumerable.Range(0, BatchActivities)
                    .Select(i => new StreamEvents(Guid.CreateVersion7(), activities[i % activities.Length].Events));
                var written = await bulk.StartAsync(streams, BulkRecordings.CopyRowsAsync, CancellationToken.None);
                if (written.Count != BatchActivities)
                {
                    throw new InvalidOperationException($"{written.Count} activities were written.");
                }
            });
            if (round > 0)
            {
                rates.Add((single, copied));
            }
        }

        Figures.Print("store.bulk.activities_per_s", Figures.Median(rates.Select(rate => rate.Bulk)));
        Figures.Print("store.bulk.vs_single", Figures.Median(rates.Select(rate => rate.Bulk / rate.Single)));
    }

    private static async Task<double> RateAsync(Func<Task> write)
    {
        var begun = Stopwatch.GetTimestamp();
        await write();
        return BatchActivities / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }
}
