using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Tests;

internal sealed class LineFiguresTests
{
    [Test]
    public void A_line_up_and_down_has_both_and_no_slope_in_all()
    {
        // 21 places, some 111 m apart, 10 m a place up and down again.
        var line = Enumerable.Range(0, 21).Select(i => Point(i * 1_000, 100 * (i <= 10 ? i * 10 : 200 - (i * 10))));

        var figures = LineFigures.Of(Sport.Run, [.. line], ElevationSource.Barometric);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.LengthMillimeters, Is.EqualTo(2_223_900).Within(500));
            Assert.That(figures.ClimbCm, Is.EqualTo(10_000));
            Assert.That(figures.DescentCm, Is.EqualTo(10_000));
            Assert.That(figures.AveragePermille, Is.Zero);
            Assert.That(figures.SteepestPermille, Is.EqualTo(90).Within(1));
        }
    }

    [Test]
    public void Without_heights_there_is_a_length_alone()
    {
        var figures = LineFigures.Of(Sport.Ride, [Point(0, null), Point(1_000, null)]);
        Assert.That(figures, Is.EqualTo(new LineFigures(111_195, null, null, null, null)));
    }

    private static TrackPoint Point(int latitudeE6, int? elevationCm) => new(null, latitudeE6, 14_500_000, elevationCm);
}
