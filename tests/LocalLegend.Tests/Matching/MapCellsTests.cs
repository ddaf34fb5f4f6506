using Strava.Contracts.Sports;
using Strava.LocalLegends.Matching;
using Strava.Testing.Simulation;

namespace Strava.LocalLegends.Tests.Matching;

public sealed class MapCellsTests
{
    [TestCase(48.2, 16.37)]
    [TestCase(-16.8, 180)]
    [TestCase(0, 0.01)]
    [TestCase(89.999, 12)]
    [TestCase(-90, 0)]
    public void Who_has_passed_both_ends_has_a_cell_near_them(double latitude, double longitude)
    {
        var plane = new Plane(latitude, longitude);
        var random = new Random(5);
        for (var time = 0; time < 200; time++)
        {
            var spots = Enumerable.Range(0, 3).Select(_ => 3_000 * Receiver.Gauss(random));
            var way = new Way(spots);
            var points = new Receiver(NoiseMeters: 5, SamplingMs: 5_000).Record(plane, way, 15, random);
            var cells = MapCells.Of(Sport.Ride, points);
            foreach (var end in new[] { way.Spots[0], way.Spots[^1] })
            {
                Assert.That(MapCells.Around(plane.Place(end), MapCells.ReachMeters).Intersect(cells), Is.Not.Empty);
            }
        }
    }

    [TestCase(48.2, 16.37)]
    [TestCase(-16.8, -180)]
    [TestCase(90, 0)]
    public void Efforts_are_found_everywhere_on_the_globe(double latitude, double longitude)
    {
        var plane = new Plane(latitude, longitude);
        var way = Way.Straight((-700, -30), (-200, 20), (300, -20), (700, 400));
        var line = SegmentLine.Of(1, Sport.Ride, [.. way.Slice(200, way.Meters - 200).Spots.Select(plane.Place)]);
        var index = SegmentIndex.Empty.With([line], []);

        var points = new Receiver(NoiseMeters: 3, SamplingMs: 2_000).Record(plane, way, 8, new Random(1));

        var effort = SegmentMatcher.Match(index, Sport.Ride, points).Single();
        Assert.That(effort.ElapsedMs, Is.EqualTo((way.Meters - 400) / 8 * 1_000).Within(3_000));
    }

    [Test]
    public void A_town_has_few_cells()
    {
        var points = new Receiver().Record(new Plane(60, 10), Way.Straight((0, 0), (10_000, 0)), 10, new Random(1));
        Assert.That(MapCells.Of(Sport.Ride, points), Has.Length.InRange(13, 18));
    }
}
