using System.Text.Json.Serialization;
using Strava.Contracts;
using Strava.Contracts.Messages;

namespace Strava.Athletes.Profiles;

/// <summary>How figures are shown to this athlete. Persisted: values are explicit and append-only.</summary>
[JsonConverter(typeof(WireEnumConverter<Units>))]
internal enum Units
{
    [JsonStringEnumMemberName("METRIC")]
    Metric = 1,

    [JsonStringEnumMemberName("IMPERIAL")]
    Imperial = 2,
}

/// <summary>A profile, as it is stored and as <c>GET /athletes/me</c> answers it.</summary>
internal sealed record Profile
{
    public required Guid Id { get; init; }

    /// <summary>Grows by one with each change, also the ETag; 0 = not made yet.</summary>
    public long Version { get; init; }

    public string Name { get; init; } = "";

    public string? Country { get; init; }

    /// <summary>ISO 3166-2 with its country, e.g. US-CA; always lies in <see cref="Country"/>.</summary>
    public string? Region { get; init; }

    public string? City { get; init; }

    public string? TimeZone { get; init; }

    public Units Units { get; init; } = Units.Metric;

    /// <summary>What the athlete's phone proposes for new activities.</summary>
    public Visibility DefaultVisibility { get; init; } = Visibility.Everyone;

    public AthleteProfileChanged ToMessage() => new()
    {
        AthleteId = Id,
        Version = Version,
        Name = Name,
        Country = Country,
        Region = Region,
        City = City,
        TimeZone = TimeZone,
    };
}

/// <summary>
/// Body of <c>PATCH /athletes/me</c>. Absent or null: unchanged. The empty string takes a member away (not the name).
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ProfilePatch
{
    public string? Name { get; init; }

    public string? Country { get; init; }

    /// <summary>RR (in the patch's or the profile's country) or CC-RR.</summary>
    public string? Region { get; init; }

    public string? City { get; init; }

    public string? TimeZone { get; init; }

    public Units? Units { get; init; }

    public Visibility? DefaultVisibility { get; init; }
}
