using Strava.Contracts.Sports;

namespace Strava.Figures;

/// <summary>
/// A recording and what is known of it from elsewhere: for FIT files the sums of their session messages (the device's
/// own figures), for GPX files what their origin's tests assert.
/// </summary>
internal sealed record Recording(
    string File,
    Sport Sport,
    double? Meters = null,
    double? MovingSeconds = null,
    double? AscentMeters = null,
    double? MaxSpeed = null)
{
    public static IReadOnlyList<Recording> All { get; } =
    [
        new("fitparse/2019-02-17-062644-ELEMNT-297E-195-0.fit", Sport.Ride, 78_940.55, 13_471, 185, 10.954),
        new("fitparse/coros-pace-2-cycling-misaligned-fields.fit", Sport.Ride, 32_145.76, 11_287, 938, 9.836),
        new("fitparse/garmin-edge-500-activity.fit", Sport.Ride, 92_622.34, 10_641.06, 541, 26.112),
        new("fitparse/activity-large-fenxi2-multisport.fit", Sport.Ride, 69_831.36, 24_617.16, 1_579),
        new("gpxpy/korita-zbevnica.gpx", Sport.Run),
        new("gpxpy/cerknicko-jezero.gpx", Sport.Ride),
        new("workout-tracker/GpxSample1.gpx", Sport.Run, 3_096),
        new("workout-tracker/track.gpx", Sport.Run),
        new("workout-tracker/finsepiste.gpx", Sport.Run),
        new("workout-tracker/meer.gpx", Sport.Run, 1_850),
        new("opentracks/gpx11_without_speed.gpx", Sport.Run, null, 101, null, 0.75),
        new("opentracks/gpx11_with_speed_no_namespace.gpx", Sport.Run, null, 101, null, 5.0),
        new("opentracks/legacy_gpx_pause_resume.gpx", Sport.Run),
    ];

    public string Name => Path.GetFileNameWithoutExtension(File);
}

internal sealed record Compared(Recording Recording, OurFigures Ours, GpxInfoFigures? GpxInfo, double? BabelMeters);
