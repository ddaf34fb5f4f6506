using Strava.Activities.Imports;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Tests;

public sealed class TrackLikenessTests
{
    // 1e-6 degree of latitude is 0.111 m.
    private const int FortyMeters = 360;
    private const int SixtyMeters = 540;

    [TestCase(0, 0, true)]
    [TestCase(FortyMeters, 0, true)]
    [TestCase(SixtyMeters, 0, false)]
    [TestCase(0, 100, true, Description = "two clocks")]
    [TestCase(0, 200, false)]
    [TestCase(FortyMeters, -100, true)]
    public void Tracks_are_alike_when_each_lies_within_50_m_of_the_other_at_about_the_moment(int northE6, int seconds, bool expected)
    {
        var (one, other) = (East(600, 2), East(600, 5, northE6, seconds));
        Assert.That(TrackLikeness.AreAlike(one, other), Is.EqualTo(expected));
        Assert.That(TrackLikeness.AreAlike(other, one), Is.EqualTo(expected), "the other way round");
    }

    [Test]
    public void A_recording_that_broke_off_is_not_the_whole_one_even_when_the_way_back_lies_on_the_way_out()
    {
        var whole = OutAndBack(1_200, isTimed: true);
        var broken = whole.Take(whole.Length / 2).ToArray();
        Assert.That(TrackLikeness.AreAlike(broken, whole), Is.False);
        Assert.That(TrackLikeness.AreAlike(whole, broken), Is.False);
    }

    [Test]
    public void Tracks_without_times_are_compared_by_their_way()
    {
        var whole = OutAndBack(1_200, isTimed: false);
        Assert.That(TrackLikeness.AreAlike(whole, OutAndBack(1_200, isTimed: true)), Is.True);
        Assert.That(TrackLikeness.AreAlike(whole, [.. whole.Where((_, i) => i % 3 == 0 || i == whole.Length - 1)]), Is.True, "another rate");
        Assert.That(TrackLikeness.AreAlike(whole, [.. whole.Take(whole.Length / 2)]), Is.False);
    }

    [Test]
    public void The_antimeridian_is_no_border() =>
        Assert.That(
            TrackLikeness.AreAlike([new(0, 0, 179_999_900), new(10, 0, -179_999_900)], [new(0, 0, -179_999_950), new(10, 0, -179_999_900)]),
            Is.True);

    [Test]
    public void A_track_without_points_is_like_nothing() => Assert.That(TrackLikeness.AreAlike([], []), Is.False);

    [Test]
    public void A_long_track_is_compared_in_a_moment()
    {
        var (one, other) = (OutAndBack(200_000, isTimed: false), OutAndBack(200_000, isTimed: false));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.That(TrackLikeness.AreAlike(one, other), Is.True);
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)));
    }

    private static TrackPoint[] East(int seconds, int step, int northE6 = 0, int lateSeconds = 0) =>
        [.. Enumerable.Range(0, seconds / step + 1).Select(i => new TrackPoint((i * step + lateSeconds) * 1_000L, 46_000_000 + northE6, 14_000_000 + i * step * 40))];

    private static TrackPoint[] OutAndBack(int seconds, bool isTimed) =>
        [.. Enumerable.Range(0, seconds + 1).Select(i => new TrackPoint(isTimed ? i * 1_000L : null, 46_000_000, 14_000_000 + Math.Min(i, seconds - i) * 40))];
}
