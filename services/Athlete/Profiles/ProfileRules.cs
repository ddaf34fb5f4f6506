using System.Text.RegularExpressions;

namespace Strava.Athletes.Profiles;

/// <summary>
/// What a patch makes of a profile: <see cref="Profile"/> as it would be, and what stands against it.
/// </summary>
internal sealed record PatchedProfile(Profile Profile, IReadOnlyDictionary<string, string[]> Errors);

/// <summary>Pure: patch and profile in, profile and refusals out. The version is not touched here.</summary>
internal static partial class ProfileRules
{
    private const int MaxNameCharacters = 100;
    private const int MaxCityCharacters = 100;

    public static PatchedProfile Apply(Profile current, ProfilePatch patch)
    {
        var errors = new Dictionary<string, string[]>();
        var country = Patch(current.Country, patch.Country?.Trim().ToUpperInvariant());
        var profile = current with
        {
            Name = patch.Name?.Trim() ?? current.Name,
            Country = country,
            Region = PatchRegion(current, patch.Region?.Trim().ToUpperInvariant(), country),
            City = Patch(current.City, patch.City?.Trim()),
            TimeZone = Patch(current.TimeZone, patch.TimeZone?.Trim()),
            Units = patch.Units ?? current.Units,
            DefaultVisibility = patch.DefaultVisibility ?? current.DefaultVisibility,
        };
        Check(profile, (field, sentence) => errors[field] = [sentence]);
        return new PatchedProfile(profile, errors);
    }

    private static string? Patch(string? current, string? given) => given switch
    {
        null => current,
        "" => null,
        _ => given,
    };

    private static string? PatchRegion(Profile current, string? given, string? country) => given switch
    {
        // A region left over from another country would be a wrong address: it goes with its country.
        null => country == current.Country ? current.Region : null,
        "" => null,
        _ when given.Contains('-', StringComparison.Ordinal) || country is null => given,
        _ => $"{country}-{given}",
    };

    private static void Check(Profile profile, Action<string, string> refuse)
    {
        CheckText(profile.Name, "name", MaxNameCharacters, refuse);
        CheckText(profile.City, "city", MaxCityCharacters, refuse);
        if (profile.Name.Length == 0)
        {
            refuse("name", "A profile needs a name that can be seen.");
        }

        if (profile.Country is { } country && !Countries.IsKnown(country))
        {
            refuse("country", "Name a country by its two letters (ISO 3166-1 alpha-2), like SI.");
        }

        CheckRegion(profile, refuse);
        if (profile.TimeZone is { } zone && !IsKnownZone(zone))
        {
            refuse("timeZone", "Name a zone of the IANA time zone database, like Europe/Ljubljana.");
        }
    }

    private static void CheckRegion(Profile profile, Action<string, string> refuse)
    {
        if (profile.Region is not { } region)
        {
            return;
        }

        if (profile.Country is not { } country)
        {
            refuse("region", "A region needs its country: give the country too.");
        }
        else if (!RegionForm().IsMatch(region))
        {
            refuse("region", "Name a region by its letters or digits (ISO 3166-2), like CA or US-CA.");
        }
        else if (!region.StartsWith($"{country}-", StringComparison.Ordinal))
        {
            refuse("region", $"This region does not lie in {country}.");
        }
    }

    private static void CheckText(string? text, string field, int maxCharacters, Action<string, string> refuse)
    {
        if (text?.Length > maxCharacters)
        {
            refuse(field, $"At most {maxCharacters} characters; these are {text.Length}.");
        }
        else if (text is not null && text.Any(char.IsControl))
        {
            refuse(field, "Control characters cannot be shown: take them out.");
        }
    }

    /// <summary>
    /// The form first: the name becomes a file's path in the zone database. right/ and posix/ are its other clocks.
    /// </summary>
    private static bool IsKnownZone(string zone) =>
        ZoneForm().IsMatch(zone)
        && !zone.StartsWith("right/", StringComparison.Ordinal)
        && !zone.StartsWith("posix/", StringComparison.Ordinal)
        && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found)
        && found.HasIanaId
        && found.Id == zone;

    [GeneratedRegex(@"^[A-Z]{2}-[A-Z0-9]{1,3}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RegionForm();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_+\-]{0,31}(/[A-Za-z0-9_+\-]{1,31}){0,2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ZoneForm();
}
