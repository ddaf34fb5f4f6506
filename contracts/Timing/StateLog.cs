using System.Runtime.InteropServices;

namespace Strava.Contracts.Timing;

/// <summary>
/// The state log of one activity, immutable: what was pressed and when (device time), and the times and pauses that
/// follow from it.
/// </summary>
public sealed class StateLog
{
    private readonly StateChange[] _changes;
    private readonly List<ActiveInterval> _active = [];

    private StateLog(StateChange[] changes)
    {
        _changes = changes;
        State = changes.Length == 0 ? ActivityState.Created : TransitionRules.StateAfter(changes[^1].State);
        foreach (var change in changes)
        {
            Fold(change);
        }
    }

    /// <summary>The log of an activity that was created and not started.</summary>
    public static StateLog Empty { get; } = new([]);

    /// <summary>All lines, oldest first.</summary>
    public IReadOnlyList<StateChange> Changes => _changes;

    /// <summary>The state that holds.</summary>
    public ActivityState State { get; }

    /// <summary>First start, Unix ms UTC; <c>null</c> before it.</summary>
    public long? StartedAtMs { get; private set; }

    /// <summary>Saved at, Unix ms UTC; <c>null</c> until then.</summary>
    public long? CompletedAtMs { get; private set; }

    // The last stop; null while recording or paused.
    private long? StoppedAtMs { get; set; }

    /// <summary>The pauses, oldest first; together they are total time less active time. A stop that was resumed is one
    /// too.</summary>
    public IReadOnlyList<Pause> Pauses => [.. FindPauses()];

    /// <summary>Adds a line without judging it: for lines that were judged before they were stored. O(k).</summary>
    public StateLog Append(StateChange change) => new([.. _changes, change]);

    /// <summary>Adds lines without judging them: for lines that were judged before they were stored.</summary>
    public StateLog AppendRange(IEnumerable<StateChange> changes) => new([.. _changes, .. changes]);

    /// <summary>
    /// Judges a request. Repeats are accepted and change nothing: the state holds already, or the log has this word at
    /// this very time (a retry that comes late). O(log k).
    /// </summary>
    /// <param name="requested">The word; STARTED on a paused activity is taken as RESUMED.</param>
    /// <param name="atMs">The device's time, Unix ms UTC.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="requested"/> is no defined word.</exception>
    public TransitionDecision Decide(Transition requested, long atMs) =>
        TransitionRules.Decide(_changes, requested, atMs);

    /// <summary>Judges a whole log from outside as if its lines had been sent one after another.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A line's word is not defined.</exception>
    public static StateLogReading Read(IReadOnlyList<StateChange> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var accepted = new List<StateChange>(lines.Count);
        for (var index = 0; index < lines.Count; index++)
        {
            var (state, atMs) = lines[index];
            var decision = TransitionRules.Decide(CollectionsMarshal.AsSpan(accepted), state, atMs);
            if (decision is not TransitionDecision.Accepted { Changes: var changes })
            {
                return new StateLogReading(new StateLog([.. accepted]), decision, index);
            }

            accepted.AddRange(changes);
        }

        return new StateLogReading(new StateLog([.. accepted]), Refusal: null, RefusedIndex: -1);
    }

    /// <summary>
    /// Total and active time. While the activity is open they run to <paramref name="nowMs"/>, or to the last change
    /// when that is later (the device's clock may be ahead).
    /// </summary>
    /// <param name="nowMs">Unix ms UTC; without meaning once stopped.</param>
    public ElapsedTimes AsOf(long nowMs)
    {
        if (StartedAtMs is not { } startedAtMs)
        {
            return default;
        }

        var endMs = StoppedAtMs ?? Math.Max(nowMs, _changes[^1].AtMs);
        var activeMs = _active.Sum(interval => Math.Max(0, (interval.ToMs ?? endMs) - interval.FromMs));
        return new ElapsedTimes(Math.Max(activeMs, endMs - startedAtMs), activeMs);
    }

    /// <summary>
    /// Index of the active interval that holds a time, both ends included; of two that meet in it the later. O(log k).
    /// </summary>
    /// <param name="atMs">Unix ms UTC.</param>
    /// <returns>0 for the first interval; -1 when the activity was not active then.</returns>
    public int ActiveIntervalAt(long atMs)
    {
        int low = 0, high = _active.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _active[middle].FromMs <= atMs ? (middle + 1, high) : (low, middle);
        }

        return low > 0 && atMs <= (_active[low - 1].ToMs ?? long.MaxValue) ? low - 1 : -1;
    }

    // Tolerant, because stored lines are facts: a second start while active or a second pause changes nothing.
    private void Fold(StateChange change)
    {
        var isActive = _active.Count > 0 && _active[^1].ToMs is null;
        switch (TransitionRules.StateAfter(change.State))
        {
            case ActivityState.Started:
                StartedAtMs ??= change.AtMs;
                StoppedAtMs = null;
                if (!isActive)
                {
                    _active.Add(new ActiveInterval(change.AtMs, ToMs: null));
                }

                return;
            case ActivityState.Stopped:
                StoppedAtMs = change.AtMs;
                break;
            case ActivityState.Complete:
                CompletedAtMs = change.AtMs;
                StoppedAtMs ??= change.AtMs;
                break;
        }

        if (isActive)
        {
            _active[^1] = _active[^1] with { ToMs = change.AtMs };
        }
    }

    private IEnumerable<Pause> FindPauses()
    {
        for (var index = 1; index < _active.Count; index++)
        {
            yield return new Pause(_active[index - 1].ToMs!.Value, _active[index].FromMs);
        }

        // Paused now, or paused and then stopped: the stretch up to the stop belongs to total time and not to active
        // time.
        if (_active.Count > 0 && _active[^1].ToMs is { } lastMs && (StoppedAtMs is null || StoppedAtMs > lastMs))
        {
            yield return new Pause(lastMs, StoppedAtMs);
        }
    }

    private readonly record struct ActiveInterval(long FromMs, long? ToMs);
}
