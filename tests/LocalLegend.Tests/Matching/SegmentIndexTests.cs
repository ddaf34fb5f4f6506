using Strava.Contracts.Geo;
using Strava.Contracts.Sports;
using Strava.LocalLegends.Matching;
using Strava.Testing.Simulation;

namespace Strava.LocalLegends.Tests.Matching;

public sealed class SegmentIndexTests
{
    private static readonly Way Street = Way.Straight((0, 0), (500, 0));

    [Test]
    public void A_snapshot_stays_as_it_is()
    {
        var one = SegmentIndex.Empty.With([Line(1), Line(2)], []);
        var two = one.With([Line(3)], [1]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Found(one), Is.EqualTo(new[] { 1, 2 }));
            Assert.That(Found(two), Is.EqualTo(new[] { 2, 3 }));
            Assert.That((SegmentIndex.Empty.Count, one.Count, two.Count), Is.EqualTo((0, 2, 2)));
        }
    }

    [Test]
    public void A_change_may_come_twice()
    {
        var index = SegmentIndex.Empty.With([Line(1)], [9]).With([Line(1), Line(2), Line(2)], []).With([], [2]);
        Assert.That(Found(index.With([], [2])), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void A_moved_segment_is_found_where_it_is_now()
    {
        var index = SegmentIndex.Empty.With([Line(1)], []);
        var moved = index.With([SegmentLine.Of(1, Sport.Run, [new(10, 10), new(9_000, 10)])], []);
        Assert.That((Found(index), Found(moved)), Is.EqualTo((new[] { 1 }, Array.Empty<int>())));
    }

    [Test]
    public void Segments_of_another_sport_are_not_looked_at()
    {
        var index = SegmentIndex.Empty.With([Line(1), Line(2, Sport.Ride)], []);
        Assert.That(Found(index), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void A_line_of_one_place_is_refused()
    {
        var place = new GeoPoint(1, 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => SegmentLine.Of(1, Sport.Run, [place]), Throws.ArgumentException);
            Assert.That(() => SegmentLine.Of(1, Sport.Run, [place, place]), Throws.ArgumentException);
        }
    }

    private static int[] Found(SegmentIndex index)
    {
        var points = new Receiver().Record(new Plane(48.2, 16.37), Street, 4, new Random(1));
        return [.. SegmentMatcher.Match(index, Sport.Run, points).Select(effort => effort.Segment)];
    }

    private static SegmentLine Line(int number, Sport sport = Sport.Run)
    {
        var town = new Plane(48.2, 16.37);
        return SegmentLine.Of(number, sport, [.. Street.Spots.Select(town.Place)]);
    }
}
