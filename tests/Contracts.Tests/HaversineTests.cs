using FsCheck.Fluent;
using Strava.Contracts.Geo;

namespace Strava.Contracts.Tests;

public sealed class HaversineTests
{
    [TestCaseSource(nameof(DistanceVectors))]
    public void Distances_are_those_of_an_independent_computation(DistanceVector vector) =>
        Assert.That(Haversine.DistanceMillimeters(vector.From, vector.To), Is.EqualTo(vector.Millimeters));

    [Test]
    public void A_distance_is_the_same_both_ways_and_zero_to_itself() =>
        Properties.Check(Prop.ForAll(Any.Position.Two().ToArbitrary(), pair =>
        {
            var (a, b) = pair;
            var there = Haversine.DistanceMillimeters(a, b);
            return there == Haversine.DistanceMillimeters(b, a) && there is >= 0 and <= 20_015_114_442
                && Haversine.DistanceMillimeters(a, a) == 0;
        }));

    [Test]
    public void A_detour_is_never_shorter() =>
        Properties.Check(Prop.ForAll(Any.Position.Three().ToArbitrary(), triple =>
        {
            var (a, b, c) = triple;
            return Haversine.DistanceMillimeters(a, c)
                <= Haversine.DistanceMillimeters(a, b) + Haversine.DistanceMillimeters(b, c) + 2;
        }));

    [Test]
    public void The_antimeridian_is_no_border() =>
        Properties.Check(Prop.ForAll(Any.Position.Two().ToArbitrary(), pair =>
        {
            var (a, b) = pair;
            var turned = Haversine.DistanceMillimeters(Turn(a), Turn(b));
            return Math.Abs(turned - Haversine.DistanceMillimeters(a, b)) <= 1;
        }));

    [Test]
    public void At_a_pole_every_longitude_is_the_same_place() =>
        Properties.Check(Prop.ForAll(Any.Position.Two().ToArbitrary(), pair =>
        {
            var (a, b) = pair;
            var pole = new GeoPoint(90_000_000, a.LongitudeE6);
            var samePole = new GeoPoint(90_000_000, b.LongitudeE6);
            return Haversine.DistanceMillimeters(pole, samePole) == 0
                && Math.Abs(Haversine.DistanceMillimeters(pole, a) - Haversine.DistanceMillimeters(samePole, a)) <= 1;
        }));

    private static IEnumerable<TestCaseData> DistanceVectors() =>
        Vectors.Cases<DistanceVector>("distance.json", vector => vector.Name);

    // Half a turn about the axis moves what was at Greenwich to the antimeridian.
    private static GeoPoint Turn(GeoPoint point) =>
        point with { LongitudeE6 = point.LongitudeE6 + (point.LongitudeE6 > 0 ? -180_000_000 : 180_000_000) };

    public sealed record DistanceVector(string Name, int[] A, int[] B, long Millimeters)
    {
        public GeoPoint From => new(A[0], A[1]);

        public GeoPoint To => new(B[0], B[1]);
    }
}
