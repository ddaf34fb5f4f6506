namespace Strava.Leaderboards.Challenges;

/// <summary>Entries with a standing from <see cref="Low"/> up to the next interval's.</summary>
internal readonly record struct Interval(long Low, long Entries);

/// <summary>
/// Where the borders between intervals lie. Pure. A rank adds up whole intervals and counts only within one, so
/// intervals must stay small; a standing that very many share needs no counting within: it is an interval by itself.
/// </summary>
internal static class IntervalCut
{
    public const int Target = 1_000;

    /// <summary>Cut anew beyond this; a batch may go a little further.</summary>
    public const int Most = 1_500;

    /// <summary>Joined with a neighbour below this, if both fit into one.</summary>
    public const int Least = 250;

    /// <summary>More entries with one and the same standing are an interval of their own.</summary>
    public const int MostTies = 500;

    public const int IntervalsOfGroup = 100;

    /// <param name="low">Where the first piece begins.</param>
    /// <param name="end">Where the next interval after the last piece begins; <c>null</c>: there is none.</param>
    /// <param name="counts">Entries by standing, ascending, all between the two.</param>
    public static IReadOnlyList<Interval> Cut(long low, long? end, IEnumerable<(long Standing, long Entries)> counts)
    {
        var pieces = new List<Interval>();
        var open = new Interval(low, 0);
        foreach (var (standing, entries) in counts)
        {
            var isCrowd = entries > MostTies;
            if (isCrowd ? standing > open.Low : open.Entries > 0 && open.Entries + entries > Target)
            {
                pieces.Add(open);
                open = new Interval(standing, 0);
            }

            open = open with { Entries = open.Entries + entries };
            if (isCrowd)
            {
                pieces.Add(open);
                open = new Interval(standing + 1, 0);
            }
        }

        // What lies behind the last crowd has a border too, even while nobody is there.
        if (open.Low != end)
        {
            pieces.Add(open);
        }

        return pieces;
    }

    /// <summary>
    /// Which neighbours are to be cut anew together, because the one at <paramref name="index"/> has drifted.
    /// </summary>
    /// <param name="group">All intervals of a group.</param>
    /// <param name="index">The one that has changed.</param>
    /// <param name="past">Where the next group begins; <c>null</c>: this is the last.</param>
    /// <returns><c>null</c>: all is well.</returns>
    public static (int First, int Last)? Drifted(IReadOnlyList<Interval> group, int index, long? past)
    {
        var (low, entries) = group[index];
        if (entries > Most)
        {
            // One standing cannot be divided.
            return EndOf(group, index, past) == low + 1 ? null : (index, index);
        }

        if (entries >= Least)
        {
            return null;
        }

        // The smaller neighbour, if that is no crowd.
        var (before, after) = (At(index - 1), At(index + 1));
        var neighbour = Math.Min(before, after);
        return neighbour > MostTies || neighbour + entries > Target ? null
            : before <= after ? (index - 1, index) : (index, index + 1);

        long At(int at) => at >= 0 && at < group.Count ? group[at].Entries : long.MaxValue / 2;
    }

    public static long? EndOf(IReadOnlyList<Interval> group, int index, long? past) =>
        index + 1 < group.Count ? group[index + 1].Low : past;
}
