using System.Text.Json.Serialization;
using Strava.Contracts.Timing;

namespace Strava.Contracts.Rest;

/// <summary>A line of the state log on the wire.</summary>
public sealed record StateLogEntry
{
    /// <summary>The word; required.</summary>
    public Transition? State { get; init; }

    /// <summary>Device time, UTC at 1 ms; required.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public DateTimeOffset? At { get; init; }

    /// <summary>The wire form of a line.</summary>
    public static StateLogEntry From(StateChange change) =>
        new() { State = change.State, At = DateTimeOffset.FromUnixTimeMilliseconds(change.AtMs) };

    /// <summary>The line itself.</summary>
    /// <exception cref="InvalidOperationException">A member is missing: call the request's Validate first.</exception>
    public StateChange ToStateChange() => this is { State: { } state, At: { } at }
        ? new StateChange(state, at.ToUnixTimeMilliseconds())
        : throw new InvalidOperationException("A line of the state log without state or time was not validated.");
}
