using Strava.Bench.Boards;
using Strava.Bench.Feed;
using Strava.Bench.Legends;
using Strava.Bench.Rebuild;
using Strava.Bench.Store;
using Strava.Testing;

// dotnet run -c Release --project tests/Bench -- store [part ...]: `make bench-store` and its like.
try
{
    switch (args)
    {
        case ["store", .. var parts]:
            await StoreBench.RunAsync(parts);
            return 0;
        case ["archive"]:
            await ArchiveBench.RunAsync();
            return 0;
        case ["feed"]:
            await FeedBench.RunAsync();
            return 0;
        case ["boards", .. var parts]:
            await BoardsBench.RunAsync(parts);
            return 0;
        case ["legends", .. var parts]:
            await LegendsBench.RunAsync(parts);
            return 0;
        case ["floor", var url]:
            await FloorService.RunAsync(url);
            return 0;
        case ["rebuild"]:
            await RebuildBench.RunAsync();
            return 0;
        default:
            Console.Error.WriteLine(
                "usage: bench store [append|bulk|live|buffer|read|profile|details|catchup|storage|torture ...] | archive | feed | rebuild | boards [part ...] | legends [part ...]");
            return 2;
    }
}
finally
{
    await TestServers.StopAsync();
}
