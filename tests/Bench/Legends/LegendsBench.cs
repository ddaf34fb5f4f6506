namespace Strava.Bench.Legends;

/// <summary>Segments and Local Legends: matching, efforts, reads, backfills.</summary>
internal static class LegendsBench
{
    private static readonly Dictionary<string, Func<Task>> Parts = new()
    {
        ["match"] = MatchBench.RunAsync,
        ["truth"] = TruthBench.RunAsync,
        ["backfill"] = BackfillBench.RunAsync,
        ["effort"] = EffortBench.RunAsync,
        ["read"] = ReadBench.RunAsync,
    };

    public static async Task RunAsync(string[] parts)
    {
        foreach (var part in parts.Length > 0 ? parts : [.. Parts.Keys])
        {
            Console.WriteLine($"==> {part}");
            await Parts[part]();
        }
    }
}
