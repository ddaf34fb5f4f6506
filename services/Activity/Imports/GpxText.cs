using System.Globalization;
using System.Text.RegularExpressions;
using Strava.Contracts.Rest;

namespace Strava.Activities.Imports;

/// <summary>The words and numbers of a GPX file. Pure; what cannot be understood is nothing.</summary>
internal static partial class GpxText
{
    /// <summary>
    /// Before GPS time began no receiver knew the time: an earlier one is a clock that was never set.
    /// </summary>
    private static readonly DateTimeOffset GpsEpoch = new(1980, 1, 6, 0, 0, 0, TimeSpan.Zero);

    /// <returns><c>null</c> without a whole date and time (the parser alone would fill in today's), or before GPS
    /// began.</returns>
    public static DateTimeOffset? Time(string text) =>
        DateAndTime().IsMatch(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        && time >= GpsEpoch
            ? time
            : null;

    public static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    public static int? Rounded(string text, double least, double most, int unitsPerOne = 1) =>
        Number(text) is { } value && value >= least && value <= most
            ? (int)Math.Round(value * unitsPerOne, MidpointRounding.AwayFromZero)
            : null;

    /// <summary>A file's name for its track, cut where the API would refuse it, never through a character.</summary>
    public static string? Name(string text)
    {
        if (text.Length <= RequestRules.MaxNameCharacters)
        {
            return text.Length == 0 ? null : text;
        }

        var length = 0;
        while (length + StringInfo.GetNextTextElementLength(text, length) is var next && next <= RequestRules.MaxNameCharacters)
        {
            length = next;
        }

        return length == 0 ? null : text[..length];
    }

    public static Contracts.Sports.Sport? Sport(string? type) => type?.ToUpperInvariant() switch
    {
        "RUN" or "RUNNING" or "TRAIL_RUNNING" or "TRAIL RUNNING" or "9" => Contracts.Sports.Sport.Run,
        "RIDE" or "CYCLING" or "BIKING" or "ROAD_BIKING" or "MOUNTAIN_BIKING" or "MOUNTAIN BIKING" or "ROAD BIKING" or "1"
            => Contracts.Sports.Sport.Ride,
        _ => null,
    };

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}", RegexOptions.CultureInvariant)]
    private static partial Regex DateAndTime();
}
