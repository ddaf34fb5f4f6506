namespace Strava.Activities.Imports;

/// <summary>The namespaces of GPX files, ours among them.</summary>
internal static class GpxNames
{
    public const string Gpx11 = "http://www.topografix.com/GPX/1/1";
    public const string Garmin = "http://www.garmin.com/xmlschemas/TrackPointExtension/v1";

    /// <summary>
    /// What GPX has no word for: the state log (<c>stateLog</c> of <c>change state= at=</c> in a track's extensions)
    /// and a point's <c>accuracyMeters</c> and <c>speed</c> (m/s). With them an export imports again to the very same
    /// figures; other readers pass over them.
    /// </summary>
    public const string Own = "urn:open-fitness-platform:gpx:1";

    /// <summary>Some recorders write no namespace at all; another vocabulary's gpx is none of ours.</summary>
    public static bool IsGpx(string uri) =>
        uri.Length == 0 || uri.StartsWith("http://www.topografix.com/GPX/", StringComparison.OrdinalIgnoreCase);
}
