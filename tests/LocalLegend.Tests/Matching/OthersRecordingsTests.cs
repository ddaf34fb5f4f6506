using Strava.Activities.Imports;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;
using Strava.LocalLegends.Matching;
using Strava.Testing;

namespace Strava.LocalLegends.Tests.Matching;

/// <summary>The segment-matching pair of workout-tracker's own tests.</summary>
public sealed class OthersRecordingsTests
{
    // 986.7 m on the ellipsoid. Its origin's tests say 970 +-10: they leave the last leg, back to the start, out.
    [Test]
    public void The_piste_is_as_long_as_on_the_globe()
    {
        var line = Piste();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(line.LengthMeters, Is.EqualTo(986.7).Within(0.003 * 986.7));
            Assert.That(line.MetersTo[^2], Is.EqualTo(970).Within(10));
        }
    }

    // The run begins 42 m before the piste's start and ends 39 m before its end: it is a lap from where it began.
    [Test]
    public void The_run_laps_the_piste_once()
    {
        var run = Read("track.gpx");
        var line = Piste();

        var effort = SegmentMatcher.Match(line, run).Single();

        var points = run.Where(point => point.AtMs >= effort.StartedAtMs
            && point.AtMs <= effort.StartedAtMs + effort.ElapsedMs).ToArray();
        var meters = Enumerable.Range(1, points.Length - 1).Sum(index =>
            Contracts.Geo.Haversine.DistanceMillimeters(points[index - 1].Position, points[index].Position)) / 1_000.0;
        TestContext.Out.WriteLine($"{meters:F0} m of {line.LengthMeters:F0} m in {effort.ElapsedMs / 1_000.0:F1} s");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(meters, Is.GreaterThan(900).And.GreaterThan(0.9 * line.LengthMeters));
            var index = SegmentIndex.Empty.With([line], []);
            Assert.That(SegmentMatcher.Match(index, Sport.Run, run), Is.EqualTo(new[] { effort }));
        }
    }

    [Test]
    public void The_run_the_other_way_round_is_none()
    {
        var run = Read("track.gpx");
        var sumMs = run[0].AtMs + run[^1].AtMs;
        var turned = run.Select(point => point with { AtMs = sumMs - point.AtMs }).Reverse();
        Assert.That(SegmentMatcher.Match(Piste(), [.. turned]), Is.Empty);
    }

    [Test]
    public void A_run_elsewhere_is_none() =>
        Assert.That(SegmentMatcher.Match(Piste(), Read("GpxSample1.gpx")), Is.Empty);

    private static SegmentLine Piste() =>
        SegmentLine.Of(1, Sport.Run, [.. Read("finsepiste.gpx").Select(point => point.Position)]);

    private static TrackPoint[] Read(string file)
    {
        var path = Path.Combine(Checkout.Root, "..", "shared", "data", "workout-tracker", file);
        if (!File.Exists(path))
        {
            Assert.Ignore($"../shared/data/workout-tracker/{file} is absent here; this test needs it.");
        }

        using var stream = File.OpenRead(path);
        return [.. GpxReader.Read(stream).Segments.SelectMany(segment => segment.Points)];
    }
}
