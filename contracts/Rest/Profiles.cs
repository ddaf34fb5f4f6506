using System.Text.Json.Serialization;

namespace Strava.Contracts.Rest;

/// <summary>An athlete's profile, as <c>GET /athletes/me</c> answers it.</summary>
public sealed record ProfileDto
{
    /// <summary>The athlete.</summary>
    public required Guid Id { get; init; }

    /// <summary>Shown name.</summary>
    public required string Name { get; init; }

    /// <summary>ISO 3166-1 alpha-2, upper case; <c>null</c> when not given.</summary>
    public string? Country { get; init; }

    /// <summary>ISO 3166-2, e.g. <c>US-CA</c>; <c>null</c> when not given.</summary>
    public string? Region { get; init; }

    /// <summary>City in the athlete's own words; <c>null</c> when not given.</summary>
    public string? City { get; init; }

    /// <summary>IANA zone; <c>null</c> when not given.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Grows by one with each change; also the ETag.</summary>
    public required long Version { get; init; }
}

/// <summary>
/// Body of <c>PATCH /athletes/me</c>. Absent or null: unchanged; the empty string takes a member away (not the name). A
/// member that it does not know is refused (400).
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PatchProfile
{
    /// <summary>Shown name, at most 200 characters, not blank.</summary>
    public string? Name { get; init; }

    /// <summary>ISO 3166-1 alpha-2, upper case.</summary>
    public string? Country { get; init; }

    /// <summary>ISO 3166-2 subdivision with its country, e.g. <c>US-CA</c>.</summary>
    public string? Region { get; init; }

    /// <summary>City, at most 200 characters.</summary>
    public string? City { get; init; }

    /// <summary>IANA zone.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Judges the request.</summary>
    public RequestProblems Validate()
    {
        var problems = new RequestProblems();
        RequestRules.CheckName(problems, Name);
        RequestRules.CheckText(problems, "city", City, RequestRules.MaxNameCharacters);
        RequestRules.CheckTimeZone(problems, TimeZone);
        RequestRules.CheckForm(
            problems, "country", Country, RequestRules.CountryForm(), "Two capital letters (ISO 3166-1), like SI.");
        RequestRules.CheckForm(
            problems, "region", Region, RequestRules.RegionForm(), "A subdivision (ISO 3166-2), like US-CA.");
        if (!string.IsNullOrEmpty(Region) && !string.IsNullOrEmpty(Country)
            && !Region.StartsWith(Country + "-", StringComparison.Ordinal))
        {
            problems.Impossible("region", $"This region does not lie in {Country}.");
        }

        return problems;
    }
}
