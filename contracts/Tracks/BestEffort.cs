using Strava.Contracts.Sports;
using Strava.Contracts.Timing;

namespace Strava.Contracts.Tracks;

/// <summary>The least time in which a distance was made anywhere in a track.</summary>
/// <param name="Name">The distance's name.</param>
/// <param name="DistanceMillimeters">The distance, mm.</param>
/// <param name="ElapsedMs">Time from its begin to its end by the clock, pauses included, ms.</param>
/// <param name="StartMs">Its begin, ms since the activity's start.</param>
public sealed record BestEffort(string Name, long DistanceMillimeters, long ElapsedMs, long StartMs);

/// <summary>
/// Finds best efforts in O(n) a distance. Who pauses is not stopped by the clock: a pause adds no distance and all of
/// its time, as on segments (peers.md 2.5). No effort spans a leg that nobody can make, or one without time.
/// </summary>
/// <remarks>
/// Along the track, time is a broken line over distance, upright where the athlete stands. The window of one distance
/// that takes least time begins or ends at a point: between points its time changes evenly. So each point is tried as
/// begin and as end, and the other end lies in a leg that only moves on. It is rounded outwards to whole ms, so that
/// no effort is better than it was and a longer distance never takes less time.
/// </remarks>
internal static class EffortSearch
{
    internal static IReadOnlyList<BestEffort> Find(
        IReadOnlyList<EffortDistance> distances, StateLog log, IReadOnlyList<OrderedPoint> points, Leg[] legs)
    {
        var zeroMs = log.StartedAtMs
            ?? points.FirstOrDefault(ordered => ordered.Point.AtMs is not null).Point.AtMs ?? 0;
        var best = new BestEffort?[distances.Count];
        var chain = new List<Passing>();
        for (var index = 0; index <= legs.Length; index++)
        {
            var kind = index < legs.Length ? legs[index].Kind : LegKind.Untimed;
            if (kind is LegKind.Paused or LegKind.Inaccurate)
            {
                continue;
            }

            var atMs = index < legs.Length ? points[index].Point.AtMs : null;
            var last = chain.Count > 0 ? chain[^1] : default;
            if (kind is LegKind.Suspect or LegKind.Untimed || atMs is null || atMs < last.AtMs)
            {
                Try(chain, distances, zeroMs, best);
                chain.Clear();
                last = default;
            }

            if (atMs is { } timedMs)
            {
                var millimeters = kind == LegKind.Counted ? legs[index].Millimeters : 0;
                chain.Add(new Passing(last.Millimeters + millimeters, timedMs));
            }
        }

        return [.. best.OfType<BestEffort>()];
    }

    private static void Try(
        List<Passing> chain, IReadOnlyList<EffortDistance> distances, long zeroMs, BestEffort?[] best)
    {
        for (var index = 0; index < best.Length && chain.Count > 0; index++)
        {
            var (name, millimeters) = distances[index];
            if (chain[^1].Millimeters < millimeters)
            {
                return;
            }

            var (fromMs, toMs) = Least(chain, millimeters);
            if (best[index] is not { } known || toMs - fromMs < known.ElapsedMs)
            {
                best[index] = new BestEffort(name, millimeters, toMs - fromMs, fromMs - zeroMs);
            }
        }
    }

    // Of equal windows the earliest.
    private static (long FromMs, long ToMs) Least(List<Passing> chain, long millimeters)
    {
        var least = (FromMs: 0L, ToMs: long.MaxValue);
        int from = 0, to = 0;
        for (var index = 0; index < chain.Count; index++)
        {
            var start = chain[index].Millimeters - millimeters;
            if (start >= 0)
            {
                while (chain[from + 1].Millimeters <= start)
                {
                    from++;
                }

                var fromMs = TimeAt(chain[from], chain[from + 1], start, roundsUp: false);
                least = Lesser(least, (fromMs, chain[index].AtMs));
            }

            var end = chain[index].Millimeters + millimeters;
            if (end <= chain[^1].Millimeters)
            {
                while (chain[to].Millimeters < end)
                {
                    to++;
                }

                least = Lesser(least, (chain[index].AtMs, TimeAt(chain[to - 1], chain[to], end, roundsUp: true)));
            }
        }

        return least;
    }

    private static (long FromMs, long ToMs) Lesser((long FromMs, long ToMs) one, (long FromMs, long ToMs) other)
    {
        long oneMs = one.ToMs - one.FromMs, otherMs = other.ToMs - other.FromMs;
        return otherMs < oneMs || (otherMs == oneMs && other.FromMs < one.FromMs) ? other : one;
    }

    private static long TimeAt(Passing a, Passing b, long millimeters, bool roundsUp)
    {
        var length = b.Millimeters - a.Millimeters;
        var product = (Int128)(b.AtMs - a.AtMs) * (millimeters - a.Millimeters);
        return a.AtMs + (long)((product + (roundsUp ? length - 1 : 0)) / length);
    }

    // Where the athlete was when, since the chain began.
    private readonly record struct Passing(long Millimeters, long AtMs);
}
