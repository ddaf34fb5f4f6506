using FsCheck.Fluent;
using Strava.Contracts.Geo;

namespace Strava.Contracts.Tests;

public sealed class PolylineTests
{
    [TestCaseSource(nameof(PolylineVectors))]
    public void Encoding_follows_the_documented_algorithm(PolylineVector vector)
    {
        GeoPoint[] points = [.. vector.Points.Select(point => new GeoPoint(point[0], point[1]))];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Polyline.Encode(points), Is.EqualTo(vector.Encoded));
            Assert.That(Polyline.Encode(points.AsEnumerable()), Is.EqualTo(vector.Encoded));
            Assert.That(Polyline.Encode(Polyline.Decode(vector.Encoded)), Is.EqualTo(vector.Encoded));
        }
    }

    [Test]
    public void A_round_trip_moves_no_coordinate_by_more_than_half_a_step() =>
        Properties.Check(Prop.ForAll(Any.Position.ArrayOf().ToArbitrary(), points =>
        {
            var back = Polyline.Decode(Polyline.Encode(points));
            return back.Length == points.Length && points.Zip(back).All(pair =>
                Math.Abs(pair.First.LatitudeE6 - pair.Second.LatitudeE6) <= 5
                && Math.Abs(pair.First.LongitudeE6 - pair.Second.LongitudeE6) <= 5);
        }));

    [TestCase("_p~iF", Description = "latitude without longitude")]
    [TestCase("_p~iF~ps|", Description = "cut off in a number")]
    [TestCase("_p~iF~ps U", Description = "a space")]
    [TestCase("_p~iFčps|U", Description = "beyond ASCII")]
    [TestCase("________?", Description = "too many groups")]
    [TestCase("acidP?", Description = "beyond the pole")]
    [TestCase("?`gsia@", Description = "beyond the antimeridian")]
    public void What_is_no_polyline_is_refused(string encoded) =>
        Assert.That(() => Polyline.Decode(encoded), Throws.TypeOf<FormatException>());

    [Test]
    public void Any_text_is_decoded_or_refused() =>
        Properties.Check(Prop.ForAll(Gen.Choose(60, 128).Select(code => (char)code).ArrayOf().ToArbitrary(), characters =>
        {
            try
            {
                return Polyline.Decode(new string(characters)).Length <= characters.Length / 2;
            }
            catch (FormatException)
            {
                return true;
            }
        }));

    private static IEnumerable<TestCaseData> PolylineVectors() =>
        Vectors.Cases<PolylineVector>("polyline.json", vector => vector.Name);

    public sealed record PolylineVector(string Name, int[][] Points, string Encoded);
}
