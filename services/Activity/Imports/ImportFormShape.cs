using Strava.Contracts;
using Strava.Contracts.Sports;

namespace Strava.Activities.Imports;

/// <summary>The form of an import for the API document; <see cref="ImportForm"/> reads it.</summary>
/// <param name="File">The recording, as a part with a filename; the content decides the format; required.</param>
/// <param name="Type">Without it the file's own word decides, else RUN.</param>
/// <param name="Name">At most 200 characters; without it the file's own.</param>
/// <param name="Visibility">Without it EVERYONE.</param>
internal sealed record ImportFormShape(
    IFormFile File, Sport? Type = null, string? Name = null, Visibility? Visibility = null)
{
    private const string Track =
        "<gpx version='1.1' creator='you' xmlns='http://www.topografix.com/GPX/1/1'><trk><trkseg>"
        + "<trkpt lat='45.5281' lon='13.5683'><ele>2</ele><time>2025-06-03T06:00:00Z</time></trkpt>"
        + "<trkpt lat='45.5285' lon='13.5687'><ele>3</ele><time>2025-06-03T06:00:30Z</time></trkpt>"
        + "</trkseg></trk></gpx>";

    public const string Example = $$"""{ "type": "RUN", "file": "{{Track}}" }""";
}
