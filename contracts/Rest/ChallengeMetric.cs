using System.Text.Json.Serialization;

namespace Strava.Contracts.Rest;

/// <summary>What a challenge counts. Persisted: values are explicit and append-only.</summary>
[JsonConverter(typeof(WireEnumConverter<ChallengeMetric>))]
public enum ChallengeMetric
{
    /// <summary>Metres of all activities.</summary>
    [JsonStringEnumMemberName("distance")]
    Distance = 1,

    /// <summary>Metres climbed.</summary>
    [JsonStringEnumMemberName("elevation")]
    Elevation = 2,

    /// <summary>Seconds in motion.</summary>
    [JsonStringEnumMemberName("movingTime")]
    MovingTime = 3,

    /// <summary>Number of activities.</summary>
    [JsonStringEnumMemberName("count")]
    Count = 4,

    /// <summary>Most days in a row with an activity; the athlete's own calendar days.</summary>
    [JsonStringEnumMemberName("streak")]
    Streak = 5,

    /// <summary>Metres of the longest activity.</summary>
    [JsonStringEnumMemberName("longest")]
    Longest = 6,

    /// <summary>Least seconds over 5 km.</summary>
    [JsonStringEnumMemberName("fastest5k")]
    Fastest5K = 7,

    /// <summary>Least seconds over 10 km.</summary>
    [JsonStringEnumMemberName("fastest10k")]
    Fastest10K = 8,
}

/// <summary>What has become of a challenge.</summary>
[JsonConverter(typeof(WireEnumConverter<ChallengeState>))]
public enum ChallengeState
{
    /// <summary>Its board follows what athletes do, up to <see cref="Challenge.ClosesAt"/>.</summary>
    [JsonStringEnumMemberName("OPEN")]
    Open = 1,

    /// <summary>Its time is over; the final board is being made.</summary>
    [JsonStringEnumMemberName("CLOSING")]
    Closing = 2,

    /// <summary>Its board is final.</summary>
    [JsonStringEnumMemberName("FINAL")]
    Final = 3,
}
