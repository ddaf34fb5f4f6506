using Strava.Contracts.Timing;

namespace Strava.Contracts.Tracks;

/// <summary>A piece of a track as it was sent.</summary>
/// <param name="Sequence">The phone's number of the chunk, or the device time in Unix ms of an unnumbered single
/// point.</param>
/// <param name="Points">Its points as they were sent.</param>
public sealed record TrackChunk(long Sequence, TrackPoint[] Points);

/// <summary>A point in its place.</summary>
/// <param name="Point">The point.</param>
/// <param name="Interval">
/// What a leg may not cross: legs are counted between neighbours of the same interval only; -1 counts nothing (a
/// pause).
/// </param>
public readonly record struct OrderedPoint(TrackPoint Point, int Interval);

/// <summary>Puts chunks in order, however late, repeated or shuffled they came.</summary>
public static class TrackOrder
{
    /// <summary>Sequences from here on are Unix milliseconds (since September 2001), smaller ones are a phone's
    /// numbers.</summary>
    public const long FirstUnixMillisecondSequence = 1_000_000_000_000;

    /// <summary>
    /// The points in order. All timed and all chunks numbered: by sequence, inside a chunk by device time. All timed,
    /// some chunk unnumbered: by device time. Some untimed (imported files): by sequence and file order. Ties keep
    /// (sequence, place in the chunk). A timed point that is there already (same time, same position) is dropped, as is
    /// a whole chunk that is there already (same sequence, same points).
    /// </summary>
    /// <param name="chunks">All chunks, in any order.</param>
    /// <param name="log">
    /// Gives timed points their active interval. In a track with untimed points each chunk is an interval of its own,
    /// parted further where its timed points change theirs.
    /// </param>
    public static OrderedPoint[] Merge(IEnumerable<TrackChunk> chunks, StateLog log)
    {
        ArgumentNullException.ThrowIfNull(chunks);
        ArgumentNullException.ThrowIfNull(log);
        var inSequence = WithoutRepeats(chunks.OrderBy(chunk => chunk.Sequence));
        return inSequence.All(chunk => Array.TrueForAll(chunk.Points, point => point.AtMs is not null))
            ? MergeTimed(inSequence, log)
            : MergeInFileOrder(inSequence, log);
    }

    private static List<TrackChunk> WithoutRepeats(IEnumerable<TrackChunk> inSequence)
    {
        var kept = new List<TrackChunk>();
        foreach (var chunk in inSequence)
        {
            var isRepeat = false;
            for (var index = kept.Count - 1; index >= 0 && kept[index].Sequence == chunk.Sequence && !isRepeat; index--)
            {
                isRepeat = kept[index].Points.AsSpan().SequenceEqual(chunk.Points);
            }

            if (!isRepeat)
            {
                kept.Add(chunk);
            }
        }

        return kept;
    }

    private static OrderedPoint[] MergeTimed(List<TrackChunk> inSequence, StateLog log)
    {
        if (IsInOrder(inSequence))
        {
            return [.. inSequence.SelectMany(chunk => chunk.Points)
                .Select(point => new OrderedPoint(point, log.ActiveIntervalAt(point.AtMs!.Value)))];
        }

        var isNumbered = inSequence.TrueForAll(chunk => chunk.Sequence < FirstUnixMillisecondSequence);
        var points = isNumbered
            ? inSequence.SelectMany(chunk => chunk.Points.OrderBy(point => point.AtMs))
            : inSequence.SelectMany(chunk => chunk.Points).OrderBy(point => point.AtMs);
        var seen = new HashSet<(long AtMs, int LatitudeE6, int LongitudeE6)>();
        return [.. points
            .Where(point => seen.Add((point.AtMs!.Value, point.LatitudeE6, point.LongitudeE6)))
            .Select(point => new OrderedPoint(point, log.ActiveIntervalAt(point.AtMs!.Value)))];
    }

    // The common case: each point is later than the one before, so there is nothing to sort and nothing to drop.
    private static bool IsInOrder(List<TrackChunk> inSequence)
    {
        var last = long.MinValue;
        foreach (var chunk in inSequence)
        {
            foreach (ref readonly var point in chunk.Points.AsSpan())
            {
                if (point.AtMs <= last)
                {
                    return false;
                }

                last = point.AtMs!.Value;
            }
        }

        return true;
    }

    private static OrderedPoint[] MergeInFileOrder(List<TrackChunk> inSequence, StateLog log)
    {
        var ordered = new List<OrderedPoint>();
        var seen = new HashSet<(long AtMs, int LatitudeE6, int LongitudeE6)>();
        var interval = -1;
        foreach (var chunk in inSequence)
        {
            interval++;
            int? active = null;
            foreach (var point in chunk.Points)
            {
                if (point.AtMs is not { } atMs)
                {
                    ordered.Add(new OrderedPoint(point, interval));
                }
                else if (seen.Add((atMs, point.LatitudeE6, point.LongitudeE6)))
                {
                    var activeNow = log.ActiveIntervalAt(atMs);
                    interval += active is not null && activeNow != active ? 1 : 0;
                    active = activeNow;
                    ordered.Add(new OrderedPoint(point, activeNow < 0 ? -1 : interval));
                }
            }
        }

        return [.. ordered];
    }
}
