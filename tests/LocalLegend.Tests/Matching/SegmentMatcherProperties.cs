using FsCheck;
using FsCheck.Fluent;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;
using Strava.LocalLegends.Matching;
using Strava.Testing.Simulation;

namespace Strava.LocalLegends.Tests.Matching;

public sealed class SegmentMatcherProperties
{
    private static readonly Metropolis Town = new(seed: 3, blocks: 20);

    [Test]
    public void The_same_track_later_has_the_same_efforts_as_much_later() =>
        Check(Cases.Zip(Gen.Choose(-1_000_000, 1_000_000)), given =>
        {
            var (truth, shiftMs) = given;
            TrackPoint[] later = [.. truth.Points.Select(point => point with { AtMs = point.AtMs + shiftMs })];
            return Match(truth, later).SequenceEqual(Match(truth, truth.Points)
                .Select(effort => effort with { StartedAtMs = effort.StartedAtMs + shiftMs }));
        });

    [Test]
    public void The_index_finds_what_each_segment_alone_finds() =>
        Check(Cases, truth => Match(truth, truth.Points)
            .SequenceEqual(Lines(truth).SelectMany(line => SegmentMatcher.Match(line, truth.Points))));

    [Test]
    public void Segments_elsewhere_and_what_became_of_the_index_change_nothing() =>
        Check(Cases, truth =>
        {
            var others = Lines(truth).Select(line => SegmentLine.Of(
                1_000 + line.Number,
                line.Sport,
                [new(48_200_000 + line.Number, 16_370_000), new(48_250_000, 16_500_000)]));
            var index = SegmentIndex.Empty;
            foreach (var line in Lines(truth).Reverse())
            {
                index = index.With([line], [line.Number + 3]).With([line], []);
            }

            index = index.With(Lines(truth), []).With(others, []);
            return Match(truth, truth.Points).SequenceEqual(SegmentMatcher
                .Match(index, SportOf(truth), truth.Points).Where(effort => effort.Segment < 1_000));
        });

    // But where the course itself goes a street there and back.
    [Test]
    public void Reversed_a_track_has_none_of_its_efforts() =>
        Check(Cases, truth =>
        {
            var sumMs = truth.Points[0].AtMs + truth.Points[^1].AtMs;
            var reversed = truth.Points.Reverse().Select(point => point with { AtMs = sumMs - point.AtMs });
            var oneWay = truth.Segments
                .Where(segment => segment.Crossings.Length > 0 && segment.Crossings.Zip(segment.Crossings.Skip(1))
                    .All(street => !truth.Course.Follows([street.Second, street.First]).Any()))
                .Select(segment => segment.Number).ToHashSet();
            var found = Match(truth, truth.Points).Select(effort => effort.Segment).Where(oneWay.Contains).ToHashSet();
            return !Match(truth, [.. reversed]).Exists(effort => found.Contains(effort.Segment));
        });

    [Test]
    public void Efforts_of_a_segment_follow_each_other_within_the_track() =>
        Check(Cases, truth => Match(truth, truth.Points).GroupBy(effort => effort.Segment).All(efforts =>
            efforts.All(effort => effort.ElapsedMs > 0 && effort.StartedAtMs >= truth.Points[0].AtMs
                && effort.StartedAtMs + effort.ElapsedMs <= truth.Points[^1].AtMs)
            && efforts.Zip(efforts.Skip(1)).All(pair =>
                pair.First.StartedAtMs + pair.First.ElapsedMs
                    <= pair.Second.StartedAtMs + (pair.Second.ElapsedMs / 20))));

    [Test]
    public void Whatever_is_sent_is_matched_without_harm() =>
        Check(AnyPoints.Zip(AnyPoints), given =>
        {
            var places = given.Item2.Select(point => point.Position).Distinct().ToArray();
            if (places.Length < 2 || EarthPosition.Of(places[0]).DistanceTo(EarthPosition.Of(places[^1])) < 1)
            {
                return true;
            }

            var line = SegmentLine.Of(1, Sport.Run, places);
            var index = SegmentIndex.Empty.With([line], []);
            return SegmentMatcher.Match(index, Sport.Run, given.Item1)
                    .SequenceEqual(SegmentMatcher.Match(line, given.Item1))
                && MapCells.Of(Sport.Run, given.Item1).All(cell => cell >= 0);
        }, runs: 60);

    private static Gen<TruthCase> Cases => Gen.Choose(0, int.MaxValue - 1).Select(seed =>
    {
        var random = new Random(seed);
        return new TruthCase(Town, random, random.Next(3) * 4, isRide: random.Next(2) == 0, segments: 12);
    });

    // Mostly near each other and in order, at a pole, on the antimeridian, on null island or anywhere.
    private static Gen<TrackPoint[]> AnyPoints =>
        (from latitude in Gen.Frequency(
             (1, Gen.Elements(-90_000_000, 90_000_000, 0)),
             (6, Gen.Choose(89_999_000, 90_000_000)),
             (6, Gen.Choose(0, 9_000)))
         from longitude in Gen.Frequency(
             (1, Gen.Elements(-180_000_000, 180_000_000, 0)),
             (6, Gen.Choose(179_995_000, 180_000_000)),
             (6, Gen.Choose(0, 9_000)))
         from at in Gen.Frequency(
             (1, Gen.Elements<long?>(null, long.MinValue, long.MaxValue)),
             (9, Gen.Choose(0, 900_000).Select(ms => (long?)ms)))
         select new TrackPoint(at, latitude, longitude)).ArrayOf()
        .Select(points => points.OrderBy(point => point.LatitudeE6 % 7 == 0 ? 0 : point.AtMs).ToArray());

    // Always the same cases: noise has no bound, so that one in many thousands may be the exception to what is asked.
    private static void Check<T>(Gen<T> cases, Func<T, bool> holds, int runs = 25) =>
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(runs).WithEndSize(100).WithReplay(20_261_122, 1),
            Prop.ForAll(cases.ToArbitrary(), holds));

    private static Sport SportOf(TruthCase truth) => truth.IsRide ? Sport.Ride : Sport.Run;

    private static IEnumerable<SegmentLine> Lines(TruthCase truth) =>
        truth.Segments.Select(segment => SegmentLine.Of(segment.Number, SportOf(truth), segment.Places));

    private static SegmentIndex Index(TruthCase truth) => SegmentIndex.Empty.With(Lines(truth), []);

    private static List<FoundEffort> Match(TruthCase truth, TrackPoint[] points) =>
        SegmentMatcher.Match(Index(truth), SportOf(truth), points);
}
