using Strava.Activities.Imports;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;
using Strava.Testing;

namespace Strava.Activities.Tests;

/// <summary>
/// Recordings made by others, with the figures that independent tools give; they lie beside the checkout, not in it.
/// </summary>
public sealed class OthersRecordingsTests
{
    // gpxpy's 2D length; it uses the equatorial radius for short legs, 0.11 % more than the mean radius.
    [TestCase("gpxpy/korita-zbevnica.gpx", 14_913.7, 0.003)]
    [TestCase("workout-tracker/meer.gpx", 1_850, 0.022)]
    [TestCase("workout-tracker/GpxSample1.gpx", 3_096, 0.003)]
    public void The_distance_is_that_of_other_tools(string file, double expectedMeters, double tolerance)
    {
        var track = Read(file);
        var log = track.StateLog(DateTimeOffset.UnixEpoch);
        var figures = TrackStatistics.Compute(Sport.Run, log, TrackOrder.Merge(track.Chunks(), log), log.CompletedAtMs!.Value);

        Assert.That(figures.DistanceMillimeters / 1_000.0, Is.EqualTo(expectedMeters).Within(tolerance * expectedMeters));
    }

    [Test]
    public void Pause_markers_are_no_positions()
    {
        var track = Read("opentracks/legacy_gpx_pause_resume.gpx");
        var log = track.StateLog(DateTimeOffset.UnixEpoch);
        var figures = TrackStatistics.Compute(Sport.Run, log, TrackOrder.Merge(track.Chunks(), log), log.CompletedAtMs!.Value);

        Assert.That(log.Pauses, Has.Count.EqualTo(1));
        Assert.That(figures.DistanceMillimeters, Is.LessThan(1_000_000));
    }

    // As OpenTracks' own tests assert it: moving 101 s, and the highest speed, by the file's speeds where it has them.
    [TestCase("opentracks/gpx11_without_speed.gpx", 0.75, 0.01)]
    [TestCase("opentracks/gpx11_with_speed_no_namespace.gpx", 5.0, 0)]
    public void The_top_speed_is_that_of_the_file_where_it_tells_speeds(string file, double expected, double tolerance)
    {
        var track = Read(file);
        var log = track.StateLog(DateTimeOffset.UnixEpoch);
        var points = TrackOrder.Merge(track.Chunks(), log);

        var analytics = TrackAnalytics.Of(Sport.Run, log, points, track.ElevationSource);
        Assert.That(analytics.MaxSpeedMillimetersPerSecond / 1_000.0, Is.EqualTo(expected).Within(tolerance));
        Assert.That(TrackStatistics.Compute(Sport.Run, log, points, 0).MovingMs, Is.EqualTo(101_000));
    }

    [Test]
    public void Every_file_with_a_position_is_read()
    {
        var files = Directory.GetFiles(Folder(), "*.gpx", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("<trkpt", StringComparison.Ordinal)).ToArray();

        Assert.That(files, Is.Not.Empty);
        Assert.Multiple(() =>
        {
            foreach (var file in files)
            {
                Assert.That(() => GpxReader.Read(File.OpenRead(file)).Segments, Is.Not.Empty, file);
            }
        });
    }

    private static ImportedTrack Read(string file)
    {
        using var stream = File.OpenRead(Path.Combine(Folder(), file));
        return GpxReader.Read(stream);
    }

    private static string Folder()
    {
        var folder = Path.GetFullPath(Path.Combine(Checkout.Root, "..", "shared", "data"));
        if (!Directory.Exists(folder))
        {
            Assert.Ignore($"{folder} is absent: these recordings are others' and not part of the project.");
        }

        return folder;
    }
}
