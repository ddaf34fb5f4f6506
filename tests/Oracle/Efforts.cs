namespace Strava.Oracle;

/// <summary>
/// The least time over a distance, by trying every point as the begin and as the end of a window. By the clock: who
/// pauses or stands is not stopped. No window holds a leg that nobody can make.
/// </summary>
internal static class Efforts
{
    /// <returns>ms, rounded up; <c>null</c> when no stretch is that long.</returns>
    public static long? Least(Activity activity, long distanceMm)
    {
        var points = StoredPoints.InOrder(activity);
        if (activity.Figures is null)
        {
            return null;
        }

        long? least = null;
        foreach (var stretch in Stretches(activity, points).Where(stretch => stretch[^1].Mm >= distanceMm))
        {
            for (var i = 0; i < stretch.Count; i++)
            {
                // From here on: the first moment at which the distance is made.
                var last = FirstAt(stretch, stretch[i].Mm + distanceMm);
                if (last < stretch.Count)
                {
                    Try(Between(stretch[last - 1], stretch[last], stretch[i].Mm + distanceMm, up: true) - stretch[i].AtMs);
                }

                // Up to here: the last moment at which the distance is still to be made.
                var first = FirstAt(stretch, stretch[i].Mm - distanceMm + 1) - 1;
                if (first >= 0)
                {
                    Try(stretch[i].AtMs - Between(stretch[first], stretch[first + 1], stretch[i].Mm - distanceMm, up: false));
                }
            }
        }

        return least;

        void Try(long ms) => least = least < ms ? least : ms;
    }

    private static IEnumerable<List<(long Mm, long AtMs)>> Stretches(Activity activity, List<StoredPoint> points)
    {
        var stretch = new List<(long Mm, long AtMs)>();
        foreach (var (point, mm, isJump) in FigureCheck.Legs(activity, points))
        {
            if (isJump && stretch.Count > 0)
            {
                yield return stretch;
                stretch = [];
            }

            if (point.AtMs is { } atMs)
            {
                stretch.Add((stretch.Count > 0 ? stretch[^1].Mm + mm : 0, atMs));
            }
        }

        if (stretch.Count > 0)
        {
            yield return stretch;
        }
    }

    /// <summary>The first that is so far on; how many there are when none is.</summary>
    private static int FirstAt(List<(long Mm, long AtMs)> stretch, long mm)
    {
        var (from, to) = (0, stretch.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = stretch[middle].Mm >= mm ? (from, middle) : (middle + 1, to);
        }

        return from;
    }

    /// <summary>When the athlete was at a place between two others, evenly from one to the other.</summary>
    private static long Between((long Mm, long AtMs) from, (long Mm, long AtMs) to, long mm, bool up)
    {
        var exact = from.AtMs + ((decimal)(to.AtMs - from.AtMs) * (mm - from.Mm) / (to.Mm - from.Mm));
        return (long)(up ? Math.Ceiling(exact) : Math.Floor(exact));
    }
}
