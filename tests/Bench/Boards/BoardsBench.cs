namespace Strava.Bench.Boards;

/// <summary>The boards beside the raw limit of the same servers.</summary>
internal static class BoardsBench
{
    private static readonly Dictionary<string, Func<Task>> Parts = new()
    {
        ["rebuild"] = BoardRebuildBench.RunAsync,
        ["streams"] = RebuildStreamsBench.RunAsync,
        ["growth"] = GrowthBench.RunAsync,
        ["range"] = RangeBench.RunAsync,
        ["place"] = PlaceBench.RunAsync,
        ["challenge"] = ChallengeBench.RunAsync,
        ["club"] = ClubBench.RunAsync,
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
