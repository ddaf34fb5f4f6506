using System.Text.RegularExpressions;

namespace Strava.Contracts.Rest;

/// <summary>The limits that requests share.</summary>
public static partial class RequestRules
{
    /// <summary>Longest name of an activity or athlete, in UTF-16 characters.</summary>
    public const int MaxNameCharacters = 200;

    /// <summary>Longest description, in UTF-16 characters.</summary>
    public const int MaxDescriptionCharacters = 10_000;

    /// <summary>Most lines of a state log in one recording.</summary>
    public const int MaxStateChanges = 10_000;

    /// <summary>
    /// Most points of one activity, however many requests bring them: a point a second for the
    /// <see cref="LongestActivity"/> is 604,800. It bounds what saving an activity takes in memory.
    /// </summary>
    public const int MaxPoints = 1_000_000;

    /// <summary>Nothing was recorded by a phone before this time: an earlier one is a clock that was never
    /// set.</summary>
    public static readonly DateTimeOffset EarliestTime = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Longest recording: what is longer is a device that was never stopped, or several activities in one.
    /// </summary>
    public static readonly TimeSpan LongestActivity = TimeSpan.FromDays(7);

    /// <summary>How far a device's clock may be ahead of the server's.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    internal static void CheckTime(RequestProblems problems, string field, DateTimeOffset? at, DateTimeOffset now)
    {
        if (at < EarliestTime)
        {
            problems.Impossible(field, "This time is before 2000-01-01: set the device's clock.");
        }
        else if (at > now + ClockTolerance)
        {
            problems.Impossible(
                field, "This time is more than 5 minutes ahead of the server's: set the device's clock.");
        }
    }

    internal static void CheckText(RequestProblems problems, string field, string? text, int maxCharacters)
    {
        if (text is null)
        {
            return;
        }

        if (text.Length > maxCharacters)
        {
            problems.Impossible(field, $"At most {maxCharacters} characters; these are {text.Length}.");
        }

        if (text.Contains('\0', StringComparison.Ordinal))
        {
            problems.Impossible(field, "The character U+0000 cannot be stored: take it out.");
        }
    }

    internal static void CheckName(RequestProblems problems, string? name)
    {
        CheckText(problems, "name", name, MaxNameCharacters);
        if (name is not null && string.IsNullOrWhiteSpace(name))
        {
            problems.Impossible("name", "A name has a character that can be seen; leave the member out for none.");
        }
    }

    // Only its form: a zone that this machine does not know is no reason to lose a recording.
    internal static void CheckTimeZone(RequestProblems problems, string? timeZone)
    {
        if (!string.IsNullOrEmpty(timeZone) && !TimeZoneForm().IsMatch(timeZone))
        {
            problems.Impossible("timeZone", "Name an IANA zone, like Europe/Ljubljana.");
        }
    }

    internal static void CheckForm(RequestProblems problems, string field, string? text, Regex form, string sentence)
    {
        if (!string.IsNullOrEmpty(text) && !form.IsMatch(text))
        {
            problems.Impossible(field, sentence);
        }
    }

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_+\-]{0,31}(/[A-Za-z0-9_+\-]{1,31}){0,2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TimeZoneForm();

    [GeneratedRegex(@"^[A-Z]{2}\z", RegexOptions.CultureInvariant)]
    internal static partial Regex CountryForm();

    [GeneratedRegex(@"^[A-Z]{2}-[A-Z0-9]{1,3}\z", RegexOptions.CultureInvariant)]
    internal static partial Regex RegionForm();

    [GeneratedRegex(@"^[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    internal static partial Regex Sha256Form();
}
