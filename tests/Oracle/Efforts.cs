namespace Strava.Oracle;

/// <summary>A way from one good point to the next.</summary>
/// <param name="AtMs">Its end.</param>
/// <param name="Mm">What it counts.</param>
/// <param name="IsJump">Nobody can move so: what is before it and what is after it are two ways.</param>
internal readonly record struct Leg(long AtMs, long Mm, bool IsJump);

/// <summary>
/// The least time over a distance: for each point the shortest stretch of that length that begins or ends there, by a
/// search in the whole way. The clock goes on in a pause.
/// </summary>
internal static class Efforts
{
    /// <returns><c>null</c>: the distance was not made at a stretch.</returns>
    public static long? LeastMs(IEnumerable<Leg> legs, long mm)
    {
        var (least, way) = ((long?)null, new List<(long Mm, long AtMs)>());
        foreach (var leg in legs)
        {
            if (way.Count > 0 && (leg.IsJump || leg.AtMs < way[^1].AtMs))
            {
                least = Lesser(least, LeastOf(way, mm));
                way.Clear();
            }

            way.Add((way.Count == 0 ? 0 : way[^1].Mm + leg.Mm, leg.AtMs));
        }

        return Lesser(least, LeastOf(way, mm));
    }

    private static long? LeastOf(List<(long Mm, long AtMs)> way, long mm)
    {
        long? least = null;
        foreach (var (here, atMs) in way)
        {
            if (here - mm >= 0)
            {
                least = Lesser(least, atMs - (long)Math.Floor(LeavingMs(way, here - mm)));
            }

            if (here + mm <= way[^1].Mm)
            {
                least = Lesser(least, (long)Math.Ceiling(ReachingMs(way, here + mm)) - atMs);
            }
        }

        return least;
    }

    /// <summary>When the athlete was there last.</summary>
    private static decimal LeavingMs(List<(long Mm, long AtMs)> way, long mm)
    {
        var after = First(way, place => place > mm);
        return Between(way[after - 1], way[after], mm);
    }

    /// <summary>When the athlete was there first.</summary>
    private static decimal ReachingMs(List<(long Mm, long AtMs)> way, long mm)
    {
        var there = First(way, place => place >= mm);
        return Between(way[there - 1], way[there], mm);
    }

    private static decimal Between((long Mm, long AtMs) one, (long Mm, long AtMs) other, long mm) =>
        one.AtMs + ((other.AtMs - one.AtMs) * (decimal)(mm - one.Mm) / (other.Mm - one.Mm));

    /// <summary>By halves: along the way what holds once holds from there on.</summary>
    private static int First(List<(long Mm, long AtMs)> way, Predicate<long> holds)
    {
        var (low, high) = (0, way.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = holds(way[middle].Mm) ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private static long? Lesser(long? one, long? other) => one is null || other < one ? other : one;
}
