using Strava.LocalLegends.Segments;

namespace Strava.LocalLegends.Tests.Segments;

internal sealed class MapBoxTests
{
    [TestCase("14.4,46,14.6,46.1")]
    [TestCase("-180,-90,180,90")]
    [TestCase("179,-1,-179,1")]
    [TestCase("5,5,5,5")]
    public void A_box_is_west_south_east_north(string text) => Assert.That(MapBox.Parse(text), Is.Not.Null);

    [TestCase(null)]
    [TestCase("")]
    [TestCase("1,2,3")]
    [TestCase("1,2,3,4,5")]
    [TestCase("NaN,0,1,1")]
    [TestCase("Infinity,0,1,1")]
    [TestCase("181,0,1,1")]
    [TestCase("0,-91,1,1")]
    [TestCase("0,2,1,1")]
    [TestCase("1e1,0,1,1")]
    [TestCase("a,b,c,d")]
    public void Others_are_none(string? text) => Assert.That(MapBox.Parse(text), Is.Null);

    [Test]
    public void Across_the_date_line_east_lies_beyond_180() =>
        Assert.That(new MapBox(179, -1, -179, 1).Everywhere()[1].Right, Is.EqualTo(181));
}
