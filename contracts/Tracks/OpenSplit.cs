namespace Strava.Contracts.Tracks;

/// <summary>A split that is over; which of its climbs holds shows only at the end of the track.</summary>
/// <param name="Millimeters">Distance, mm.</param>
/// <param name="Ms">Time, ms.</param>
/// <param name="Gains">Climb by either source; <c>null</c> when none of its points has a height.</param>
public readonly record struct FinishedSplit(long Millimeters, long Ms, ElevationGains? Gains)
{
    internal Split Of(int index, ElevationSource source) => new(index, Millimeters, Ms, Gains?.Of(source));
}

/// <summary>The kilometre (or mile) that is under way.</summary>
/// <param name="Millimeters">Distance in it, mm.</param>
/// <param name="Ms">Time in it, ms.</param>
/// <param name="GainsAtStart">The track's climb when it began.</param>
/// <param name="HasElevation">Whether one of its points has a height.</param>
public readonly record struct OpenSplit(long Millimeters, long Ms, ElevationGains GainsAtStart, bool HasElevation)
{
    internal const long Kilometer = 1_000_000;
    internal const long Mile = 1_609_344;

    // Untimed legs have no speed filter, so that two points can lie 20,000 km apart: without a limit a small file would
    // fill memory.
    internal const int MostSplits = 5_000;

    internal OpenSplit Add(
        long millimeters, long ms, ElevationGains gains, List<FinishedSplit> finished, long length = Kilometer)
    {
        var open = this;
        while (finished.Count < MostSplits - 1 && open.Millimeters + millimeters >= length)
        {
            var part = length - open.Millimeters;
            var partMs = (long)((Int128)ms * part / millimeters);
            open = open with { Millimeters = length, Ms = open.Ms + partMs };
            finished.Add(open.Close(gains));
            open = new OpenSplit(0, 0, gains, HasElevation: false);
            millimeters -= part;
            ms -= partMs;
        }

        return open with { Millimeters = open.Millimeters + millimeters, Ms = open.Ms + ms };
    }

    internal FinishedSplit Close(ElevationGains gains) =>
        new(Millimeters, Ms, HasElevation ? gains.Less(GainsAtStart) : null);

    // The finished ones, and the rest after them when there is any.
    internal IReadOnlyList<Split> All(IReadOnlyList<FinishedSplit> finished, ElevationTotals heights)
    {
        var rest = Close(heights.Gains);
        var source = heights.Rule;
        var splits = finished.Select((split, index) => split.Of(index + 1, source));
        return Millimeters == 0 ? [.. splits] : [.. splits, rest.Of(finished.Count + 1, source)];
    }
}
