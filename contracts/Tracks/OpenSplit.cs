namespace Strava.Contracts.Tracks;

/// <summary>The kilometre that is under way.</summary>
/// <param name="Millimeters">Distance in it, mm.</param>
/// <param name="Ms">Time in it, ms.</param>
/// <param name="GainAtStartCm">The track's climb when it began, cm.</param>
/// <param name="HasElevation">Whether one of its points has a height.</param>
public readonly record struct OpenSplit(long Millimeters, long Ms, long GainAtStartCm, bool HasElevation)
{
    internal const long SplitMillimeters = 1_000_000;

    // Untimed legs have no speed filter, so that two points can lie 20,000 km apart: without a limit a small file would
    // fill memory.
    internal const int MostSplits = 5_000;

    internal OpenSplit Add(long millimeters, long ms, long gainCm, List<Split> finished)
    {
        var open = this;
        while (finished.Count < MostSplits - 1 && open.Millimeters + millimeters >= SplitMillimeters)
        {
            var part = SplitMillimeters - open.Millimeters;
            var partMs = (long)((Int128)ms * part / millimeters);
            open = open with { Millimeters = SplitMillimeters, Ms = open.Ms + partMs };
            finished.Add(open.Close(finished.Count + 1, gainCm));
            open = new OpenSplit(0, 0, gainCm, HasElevation: false);
            millimeters -= part;
            ms -= partMs;
        }

        return open with { Millimeters = open.Millimeters + millimeters, Ms = open.Ms + ms };
    }

    internal Split Close(int index, long gainCm) =>
        new(index, Millimeters, Ms, HasElevation ? gainCm - GainAtStartCm : null);
}
