using System.Text.Json;
using System.Text.Json.Serialization;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Rest;

/// <summary>
/// Body of <c>PUT /activities/{id}/recording</c>: a whole offline recording. Unknown members are ignored and counted.
/// </summary>
public sealed record PutRecording
{
    /// <summary>The sport; required.</summary>
    public Sport? Type { get; init; }

    /// <summary>At most 200 characters; <c>null</c>: the server makes one up.</summary>
    public string? Name { get; init; }

    /// <summary>Who may see it; <c>null</c>: EVERYONE.</summary>
    public Visibility? Visibility { get; init; }

    /// <summary>IANA zone of the recording; <c>null</c>: the athlete's, else UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The state log, oldest first, 1 to 10,000 lines; required.</summary>
    public IReadOnlyList<StateLogEntry?>? StateLog { get; init; }

    /// <summary>The points, at most 200,000; required, empty for a recording without any.</summary>
    public IReadOnlyList<PointDto?>? Points { get; init; }

    /// <summary>Members that this version does not know; at the top only, where it costs nothing.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>How many members were ignored, in the points too.</summary>
    [JsonIgnore]
    public int UnknownMembers => (Unknown?.Count ?? 0) + (Points?.Sum(point => point?.UnknownMembers ?? 0) ?? 0);

    /// <summary>Judges the request; the state log by the rules of <see cref="Timing.StateLog.Read"/>.</summary>
    /// <param name="now">The server's time.</param>
    public RequestProblems Validate(DateTimeOffset now)
    {
        var problems = new RequestProblems();
        if (Type is null)
        {
            problems.Unreadable("type", "Give the sport: RUN or RIDE.");
        }

        if (Points is null)
        {
            problems.Unreadable("points", "Give the points; an empty array when there are none.");
        }

        RequestRules.CheckName(problems, Name);
        RequestRules.CheckTimeZone(problems, TimeZone);
        ValidateStateLog(problems, now);
        PointList.Validate(problems, Points, least: 0, now);
        return problems;
    }

    /// <summary>The state log, after <see cref="Validate"/> found nothing wrong.</summary>
    /// <exception cref="InvalidOperationException">The request was not validated.</exception>
    public StateLog ToStateLog() => ReadStateLog().Log;

    /// <summary>The points as they were sent, after <see cref="Validate"/> found nothing wrong.</summary>
    /// <exception cref="InvalidOperationException">The request was not validated.</exception>
    public TrackPoint[] ToTrackPoints() => PointList.ToTrackPoints(Points);

    private void ValidateStateLog(RequestProblems problems, DateTimeOffset now)
    {
        if (StateLog is null)
        {
            problems.Unreadable("stateLog", "Give the state log.");
            return;
        }

        if (StateLog.Count is 0 or > RequestRules.MaxStateChanges)
        {
            problems.Impossible(
                "stateLog", $"A recording has 1 to {RequestRules.MaxStateChanges} lines, the first of them STARTED.");
            return;
        }

        for (var index = 0; index < StateLog.Count; index++)
        {
            if (StateLog[index] is not { State: not null, At: not null })
            {
                problems.Unreadable($"stateLog[{index}]", "A line has a state and the time at which it began.");
                return;
            }

            RequestRules.CheckTime(problems, $"stateLog[{index}].at", StateLog[index]!.At, now);
        }

        if (StateLog[^1]!.At - StateLog[0]!.At > RequestRules.LongestActivity)
        {
            problems.Impossible("stateLog", $"It spans more than {RequestRules.LongestActivity.Days} days: split it.");
        }

        var reading = ReadStateLog();
        switch (reading.Refusal)
        {
            case TransitionDecision.WrongState refusal:
                problems.Impossible($"stateLog[{reading.RefusedIndex}].state", refusal.Sentence);
                break;
            case TransitionDecision.TimeGoesBack:
                problems.Impossible($"stateLog[{reading.RefusedIndex}].at", "This time is before the line above.");
                break;
        }
    }

    private StateLogReading ReadStateLog() => Timing.StateLog.Read([.. (StateLog ?? []).Select(line =>
        line?.ToStateChange() ?? throw new InvalidOperationException("The state log was not validated."))]);
}
