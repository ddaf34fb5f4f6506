using System.Globalization;

namespace Strava.Bench.Boards;

/// <summary>A board of a million athletes filled out of the ledger, and what an entry takes in Redis.</summary>
internal static class BoardRebuildBench
{
    private const int Athletes = 1_000_000;
    private const int Active = 50_000;
    private const string AllTime = "leaderboard:{run:global:all}";

    public static async Task RunAsync()
    {
        await using var world = await BoardWorld.CreateAsync(redisDatabase: 1);
        var before = await UsedAsync(world);
        await world.FillAsync(Athletes);
        var (entries, seconds) = await RefillAsync(world);
        var members = await NumberAsync(world, "ZCARD", AllTime);
        Figures.Note($"{Athletes} athletes of one country, 3 runs each of years ago: {entries} entries on 2 boards, of which {members} are the world's");
        Figures.Print("boards.rebuild.ledger_s", seconds, "s");

        var after = await UsedAsync(world);
        var one = await NumberAsync(world, "MEMORY", "USAGE", AllTime, "SAMPLES", "0");
        Figures.Note($"MEMORY USAGE of the one board: {Figures.Format((double)one / members)} bytes an entry");
        Figures.Print("boards.bytes_per_entry", (after - before) / (double)entries, "bytes");
        await AllWindowsAsync();
    }

    /// <summary>
    /// A world in which every athlete is on many boards: four places, eight windows. Its figure is a rate, because
    /// how much there is to fill is a matter of taste.
    /// </summary>
    private static async Task AllWindowsAsync()
    {
        await using var world = await BoardWorld.CreateAsync(redisDatabase: 1);
        await world.RedisCliAsync("FLUSHDB");
        await world.FillAsync(Active);
        await world.ExecuteAsync(
            "UPDATE athlete_place SET region = 'US-' || chr(65 + (athlete % 26)::int) || 'A', city = 'City ' || athlete % 500");
        await world.FillLedgerAsync("US", runs: 20, "now() - random() * random() * interval '800 days'");
        await world.ExecuteAsync("VACUUM ANALYZE");
        var (entries, seconds) = await RefillAsync(world);
        var keys = await NumberAsync(world, "DBSIZE");
        Figures.Note($"{Active} athletes of a country, 26 regions and 500 cities, 20 runs each in two years: {entries} entries on {keys / 2} boards in {Figures.Format(seconds)} s");
        Figures.Print("boards.rebuild.entries_per_s", entries / seconds);
    }

    private static async Task<(long Entries, double Seconds)> RefillAsync(BoardWorld world)
    {
        var (own, redis) = (CpuMeter.Own, await CpuAsync(world));
        var refilled = await world.RefillAsync();
        Figures.Note(
            $"CPU: {Figures.Format((CpuMeter.Own - own).TotalSeconds)} s here, {Figures.Format(await CpuAsync(world) - redis)} s in Redis, the rest in Postgres");
        return refilled;
    }

    private static async Task<double> CpuAsync(BoardWorld world) => (await world.RedisCliAsync("INFO", "cpu")).Split('\n')
        .Where(line => line.StartsWith("used_cpu_sys:", StringComparison.Ordinal) || line.StartsWith("used_cpu_user:", StringComparison.Ordinal))
        .Sum(line => double.Parse(line.Split(':')[1], CultureInfo.InvariantCulture));

    private static async Task<long> UsedAsync(BoardWorld world) => long.Parse(
        (await world.RedisCliAsync("INFO", "memory")).Split('\n').Single(line => line.StartsWith("used_memory_dataset:", StringComparison.Ordinal))
            .Split(':')[1].Trim(),
        CultureInfo.InvariantCulture);

    private static async Task<long> NumberAsync(BoardWorld world, params string[] command) =>
        long.Parse(await world.RedisCliAsync(command), CultureInfo.InvariantCulture);
}
