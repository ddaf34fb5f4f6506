using System.Text.Json.Serialization;

namespace Strava.Contracts;

/// <summary>Who may see an activity. Persisted in events: values are explicit and append-only.</summary>
[JsonConverter(typeof(WireEnumConverter<Visibility>))]
public enum Visibility
{
    /// <summary>Everyone; the only visibility that counts on place, club and segment boards.</summary>
    [JsonStringEnumMemberName("EVERYONE")]
    Everyone = 1,

    /// <summary>The athlete and their friends.</summary>
    [JsonStringEnumMemberName("FRIENDS")]
    Friends = 2,

    /// <summary>The athlete alone.</summary>
    [JsonStringEnumMemberName("ONLY_ME")]
    OnlyMe = 3,
}
