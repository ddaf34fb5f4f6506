using Strava.Contracts.Geo;
using Strava.Contracts.Sports;

namespace Strava.Contracts.Tracks;

/// <summary>What the way from the last good point to this one is worth.</summary>
internal enum LegKind
{
    /// <summary>The point lies in a pause.</summary>
    Paused,

    /// <summary>The point counts nothing (inaccurate, or on null island); the next leg begins at the last good
    /// one.</summary>
    Inaccurate,

    /// <summary>First point of an interval: no leg ends here.</summary>
    First,

    /// <summary>An end has no time: distance counts, unjudged.</summary>
    Untimed,

    /// <summary>Distance and time count.</summary>
    Counted,

    /// <summary>Two places at one time, no farther apart than a second allows: no distance, yet no jump, since many
    /// devices cut their times to whole seconds.</summary>
    Instant,

    /// <summary>Nobody can move so: no distance, but its time has passed.</summary>
    Suspect,
}

/// <summary>A judged leg.</summary>
/// <param name="Kind">Its worth.</param>
/// <param name="Millimeters">What it counts, mm.</param>
/// <param name="Ms">Its new time, ms: no millisecond is counted twice.</param>
internal readonly record struct Leg(LegKind Kind, long Millimeters = 0, long Ms = 0)
{
    /// <summary>True when it is not known what way, up or down, was made to this point.</summary>
    internal bool IsBreak => Kind is LegKind.Paused or LegKind.First or LegKind.Suspect;
}

/// <summary>Judges leg after leg; the one place where it is decided what counts. O(1) a point.</summary>
/// <param name="Interval">Interval of the last good point; -1 when the next point begins anew.</param>
/// <param name="Previous">The last good point, without its channels.</param>
/// <param name="CountedToMs">Latest device time that was counted, Unix ms UTC.</param>
internal readonly record struct LegReader(int Interval, TrackPoint Previous, long? CountedToMs)
{
    internal static LegReader Begin { get; } = new(Interval: -1, default, CountedToMs: null);

    internal LegReader Next(in TrackPoint point, int interval, SportRules rules, out Leg leg)
    {
        if (interval < 0)
        {
            leg = new Leg(LegKind.Paused);
            return this with { Interval = -1 };
        }

        if (point.AccuracyCm > TrackStatistics.WorstAccuracyCm || point.IsNullIsland)
        {
            leg = new Leg(LegKind.Inaccurate);
            return this;
        }

        leg = interval == Interval ? Judge(point, rules) : new Leg(LegKind.First);
        return new LegReader(
            interval,
            new TrackPoint(point.AtMs, point.LatitudeE6, point.LongitudeE6),
            Later(CountedToMs, point.AtMs));
    }

    internal static long? Later(long? one, long? other) => one > other || other is null ? one : other;

    private Leg Judge(in TrackPoint point, SportRules rules)
    {
        var millimeters = Haversine.DistanceMillimeters(Previous.Position, point.Position);
        if (Previous.AtMs is not { } fromMs || point.AtMs is not { } atMs)
        {
            return new Leg(LegKind.Untimed, millimeters);
        }

        // After a step back in time only what lies beyond the latest time is new.
        var newMs = Math.Max(0, atMs - Math.Max(fromMs, CountedToMs ?? fromMs));
        if (millimeters * 1_000 <= rules.MaxLegMillimetersPerSecond * (atMs - fromMs))
        {
            return new Leg(LegKind.Counted, millimeters, newMs);
        }

        return atMs == fromMs && millimeters <= rules.MaxLegMillimetersPerSecond
            ? new Leg(LegKind.Instant)
            : new Leg(LegKind.Suspect, 0, newMs);
    }
}
