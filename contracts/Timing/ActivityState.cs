using System.Text.Json.Serialization;

namespace Strava.Contracts.Timing;

/// <summary>The state of an activity: CREATED -> STARTED -> PAUSED &lt;-> STARTED -> STOPPED -> COMPLETE. Persisted;
/// append-only.</summary>
[JsonConverter(typeof(WireEnumConverter<ActivityState>))]
public enum ActivityState
{
    /// <summary>Made, not yet started.</summary>
    [JsonStringEnumMemberName("CREATED")]
    Created = 0,

    /// <summary>Recording.</summary>
    [JsonStringEnumMemberName("STARTED")]
    Started = 1,

    /// <summary>Paused by the athlete.</summary>
    [JsonStringEnumMemberName("PAUSED")]
    Paused = 2,

    /// <summary>Stopped, not yet saved; may be resumed.</summary>
    [JsonStringEnumMemberName("STOPPED")]
    Stopped = 3,

    /// <summary>Saved: the figures are final.</summary>
    [JsonStringEnumMemberName("COMPLETE")]
    Complete = 4,
}

/// <summary>A word of the state log. Persisted; append-only.</summary>
[JsonConverter(typeof(WireEnumConverter<Transition>))]
public enum Transition
{
    /// <summary>Recording begins. Sent on a paused activity it means <see cref="Resumed"/>.</summary>
    [JsonStringEnumMemberName("STARTED")]
    Started = 1,

    /// <summary>The athlete pressed pause.</summary>
    [JsonStringEnumMemberName("PAUSED")]
    Paused = 2,

    /// <summary>Recording goes on after a pause, or after a stop that is not yet saved.</summary>
    [JsonStringEnumMemberName("RESUMED")]
    Resumed = 3,

    /// <summary>Recording ends.</summary>
    [JsonStringEnumMemberName("STOPPED")]
    Stopped = 4,

    /// <summary>The activity is saved; implies <see cref="Stopped"/> at the same time when it was still open.</summary>
    [JsonStringEnumMemberName("COMPLETE")]
    Complete = 5,
}

/// <summary>One line of the state log.</summary>
/// <param name="State">The word.</param>
/// <param name="AtMs">The device's time, Unix milliseconds UTC.</param>
public readonly record struct StateChange(Transition State, long AtMs);
