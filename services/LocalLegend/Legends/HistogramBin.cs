using System.Numerics;

namespace Strava.LocalLegends.Legends;

/// <summary>Athletes by number of efforts on a logarithmic scale: 1, 2, 3-4, 5-8, ... are the bins 0, 1, 2, 3, ...</summary>
internal static class HistogramBin
{
    /// <summary>More than any count of 32 bits needs.</summary>
    public const int Count = 32;

    /// <param name="efforts">1 or more.</param>
    public static int Of(int efforts) => BitOperations.Log2((uint)efforts - 1) + (efforts > 1 ? 1 : 0);

    /// <summary>The smallest number of efforts in a bin.</summary>
    public static int First(int bin) => bin == 0 ? 1 : (1 << (bin - 1)) + 1;

    /// <summary>The greatest.</summary>
    public static int Last(int bin) => bin >= 31 ? int.MaxValue : 1 << bin;
}
