using System.Collections.Frozen;

namespace Strava.Contracts.Timing;

// For each state the words that change it (in the order that a refusal lists them).
internal static class TransitionRules
{
    private static readonly FrozenDictionary<ActivityState, Transition[]> AllowedIn =
        new Dictionary<ActivityState, Transition[]>
        {
            [ActivityState.Created] = [Transition.Started],
            [ActivityState.Started] = [Transition.Paused, Transition.Stopped, Transition.Complete],
            [ActivityState.Paused] = [Transition.Resumed, Transition.Stopped, Transition.Complete],
            [ActivityState.Stopped] = [Transition.Resumed, Transition.Complete],
            [ActivityState.Complete] = [],
        }.ToFrozenDictionary();

    internal static ActivityState StateAfter(Transition word) => word switch
    {
        Transition.Started or Transition.Resumed => ActivityState.Started,
        Transition.Paused => ActivityState.Paused,
        Transition.Stopped => ActivityState.Stopped,
        Transition.Complete => ActivityState.Complete,
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, "No such word in a state log."),
    };

    internal static TransitionDecision Decide(ReadOnlySpan<StateChange> changes, Transition requested, long atMs)
    {
        var state = changes.IsEmpty ? ActivityState.Created : StateAfter(changes[^1].State);
        if (Holds(state, requested) || Contains(changes, requested, atMs))
        {
            return new TransitionDecision.Accepted([]);
        }

        var word = requested == Transition.Started && state == ActivityState.Paused ? Transition.Resumed : requested;
        var allowed = AllowedIn[state];
        if (!allowed.Contains(word))
        {
            return new TransitionDecision.WrongState(state, allowed);
        }

        if (!changes.IsEmpty && atMs < changes[^1].AtMs)
        {
            return new TransitionDecision.TimeGoesBack(changes[^1].AtMs);
        }

        var change = new StateChange(word, atMs);
        var impliesStop = word == Transition.Complete && state != ActivityState.Stopped;
        return new TransitionDecision.Accepted(
            impliesStop ? [new StateChange(Transition.Stopped, atMs), change] : [change]);
    }

    private static bool Holds(ActivityState state, Transition requested) =>
        state != ActivityState.Created && StateAfter(requested) == state;

    // A retry that comes late, after newer changes. Times never go back, so that a search by halves finds the first of
    // that time.
    private static bool Contains(ReadOnlySpan<StateChange> changes, Transition requested, long atMs)
    {
        int low = 0, high = changes.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = changes[middle].AtMs < atMs ? (middle + 1, high) : (low, middle);
        }

        for (; low < changes.Length && changes[low].AtMs == atMs; low++)
        {
            var word = changes[low].State;
            if (word == requested || (requested == Transition.Started && word == Transition.Resumed))
            {
                return true;
            }
        }

        return false;
    }
}
