namespace Strava.Contracts.Timing;

/// <summary>What the state log says to a requested transition: a value, never an exception.</summary>
public abstract record TransitionDecision
{
    private TransitionDecision()
    {
    }

    /// <summary>Taken.</summary>
    /// <param name="Changes">
    /// What to append, in order: none when the request repeats what holds already, two when COMPLETE implies STOPPED.
    /// </param>
    public sealed record Accepted(IReadOnlyList<StateChange> Changes) : TransitionDecision
    {
        /// <summary>A repeat: there is nothing to do.</summary>
        public bool IsRepeat => Changes.Count == 0;

        /// <inheritdoc/>
        public bool Equals(Accepted? other) => other is not null && Changes.SequenceEqual(other.Changes);

        /// <inheritdoc/>
        public override int GetHashCode() => Changes.Count == 0 ? 0 : HashCode.Combine(Changes.Count, Changes[0]);
    }

    /// <summary>Refused (409): the word does not fit the current state.</summary>
    /// <param name="Current">The state that holds.</param>
    /// <param name="Allowed">The words that would change it.</param>
    public sealed record WrongState(ActivityState Current, IReadOnlyList<Transition> Allowed) : TransitionDecision
    {
        /// <summary>What to tell the caller: the current state and the allowed words, as the API says them.</summary>
        public string Sentence => Allowed.Count == 0
            ? $"The activity is {Current.Word()}: nothing can follow."
            : $"The activity is {Current.Word()}; allowed: {string.Join(", ", Allowed.Select(word => word.Word()))}.";

        /// <inheritdoc/>
        public bool Equals(WrongState? other) =>
            other is not null && Current == other.Current && Allowed.SequenceEqual(other.Allowed);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Current, Allowed.Count);
    }

    /// <summary>Refused (422): the word fits, its time is before the last change.</summary>
    /// <param name="LastAtMs">Time of the last change, Unix ms UTC.</param>
    public sealed record TimeGoesBack(long LastAtMs) : TransitionDecision;
}
