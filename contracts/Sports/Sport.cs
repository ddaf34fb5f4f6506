using System.Text.Json.Serialization;

namespace Strava.Contracts.Sports;

/// <summary>The sport of an activity. Persisted in events: values are explicit and append-only.</summary>
[JsonConverter(typeof(WireEnumConverter<Sport>))]
public enum Sport
{
    /// <summary>A run.</summary>
    [JsonStringEnumMemberName("RUN")]
    Run = 1,

    /// <summary>A bicycle ride.</summary>
    [JsonStringEnumMemberName("RIDE")]
    Ride = 2,
}
