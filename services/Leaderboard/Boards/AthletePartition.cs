namespace Strava.Leaderboards.Boards;

/// <summary>
/// Numbers are handed out one by one, so their remainder spreads as well as a hash; the table has it as a column.
/// </summary>
internal static class AthletePartition
{
    public const int Count = 16;

    public static IReadOnlyList<short> All { get; } =
        [.. Enumerable.Range(0, Count).Select(partition => (short)partition)];

    public static int Of(long athlete) => (int)(athlete % Count);
}
