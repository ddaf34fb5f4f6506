namespace Strava.EventStore.Subscriptions;

/// <summary>
/// Numbers missing from the sequence, both ends included, and the server time at which they were first seen to be.
/// </summary>
public readonly record struct Gap(long First, long Last, DateTimeOffset SeenAt);

/// <summary>
/// Which global numbers have been delivered, which are open gaps, and how far the checkpoint may move. Pure
/// bookkeeping.
/// </summary>
/// <remarks>
/// A sequence is not in commit order: number 7 may become visible before 6, and 6 may never come (its transaction
/// rolled back). So every visible event is delivered at once, the missing numbers below the highest are remembered as
/// gaps with the server time at which they were first seen, and the checkpoint stays below the lowest gap until it is
/// filled or proven dead. A crash then repeats what was delivered above the checkpoint; it never skips. Cost: O(log
/// gaps) an event; memory O(open gaps), whatever their width.
/// </remarks>
public sealed class GapTracker(long checkpoint)
{
    // Ascending and disjoint.
    private readonly List<Gap> _gaps = [];

    /// <summary>The highest number seen; reading goes on after it.</summary>
    public long Highest { get; private set; } = checkpoint;

    /// <summary>The open gaps, ascending.</summary>
    public IReadOnlyList<Gap> Gaps => _gaps;

    /// <summary>Everything up to and including this number has been delivered or is dead.</summary>
    public long SafeCheckpoint => _gaps.Count == 0 ? Highest : _gaps[0].First - 1;

    /// <summary>Notes a visible event.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="serverTime">Server time at or after the read that saw it.</param>
    /// <returns>True when it has not been delivered before in this term.</returns>
    public bool Deliver(long sequence, DateTimeOffset serverTime)
    {
        if (sequence <= Highest)
        {
            return FillGap(sequence);
        }

        if (sequence > Highest + 1)
        {
            _gaps.Add(new Gap(Highest + 1, sequence - 1, serverTime));
        }

        Highest = sequence;
        return true;
    }

    /// <summary>
    /// Closes what is still missing of the gaps that were re-read, if they were first seen before the oldest open
    /// transaction began (or none is open): whoever drew such a number has ended, and the re-read after that check did
    /// not find it.
    /// </summary>
    public void CloseDead(IReadOnlyList<Gap> reread, DateTimeOffset? oldestTransaction)
    {
        foreach (var candidate in reread)
        {
            if (oldestTransaction is null || oldestTransaction > candidate.SeenAt)
            {
                _gaps.RemoveAll(gap => gap.First >= candidate.First && gap.Last <= candidate.Last);
            }
        }
    }

    private bool FillGap(long sequence)
    {
        var index = IndexOf(sequence);
        if (index < 0)
        {
            return false;
        }

        var gap = _gaps[index];
        _gaps.RemoveAt(index);
        if (gap.Last > sequence)
        {
            _gaps.Insert(index, gap with { First = sequence + 1 });
        }

        if (gap.First < sequence)
        {
            _gaps.Insert(index, gap with { Last = sequence - 1 });
        }

        return true;
    }

    private int IndexOf(long sequence)
    {
        var (low, high) = (0, _gaps.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (sequence < _gaps[middle].First)
            {
                high = middle - 1;
            }
            else if (sequence > _gaps[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return middle;
            }
        }

        return -1;
    }
}
