using System.Text.RegularExpressions;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Imports;

/// <summary>
/// What a GPX file's <c>creator</c> tells of its heights: GPX itself has no word for it. Pure.
/// </summary>
internal static partial class GpxCreator
{
    /// <summary>Others take it so too: appended to a creator it says that the heights are by air pressure.</summary>
    public const string WithBarometer = " with barometer";

    /// <returns><c>null</c> when it does not tell: the heights' noise decides then.</returns>
    public static ElevationSource? ElevationSource(string? creator) =>
        creator is not null && Barometric().IsMatch(creator) ? Contracts.Tracks.ElevationSource.Barometric : null;

    /// <summary>Devices that have a barometer, by the names that they give themselves in their files.</summary>
    [GeneratedRegex(
        @"with barometer\b|\bEdge (305|705|5[0-9]0|8[0-9]0|10[0-9]0)\b|\bForerunner (745|9[0-9]{2}(XT)?)\b|\bf[e\u0113]nix\b|\bELEMNT\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Barometric();
}
