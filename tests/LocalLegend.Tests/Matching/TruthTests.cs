using Strava.Contracts.Sports;
using Strava.LocalLegends.Matching;
using Strava.Testing.Simulation;

namespace Strava.LocalLegends.Tests.Matching;

public sealed class TruthTests
{
    private static readonly Metropolis Town = new(seed: 1, blocks: 40);

    [TestCase(0, 0.99)]
    [TestCase(2, 0.99)]
    [TestCase(5, 0.99)]
    [TestCase(10, 0.85)]
    public void What_was_gone_is_found_and_nothing_else(double noiseMeters, double least)
    {
        var random = new Random(42);
        var score = new MatchScore();
        for (var number = 0; number < 60; number++)
        {
            var truth = new TruthCase(Town, random, noiseMeters, isRide: number % 2 == 0, segments: 40);
            score.Add(truth.Efforts, Find(truth));
        }

        TestContext.Out.WriteLine(
            $"{noiseMeters} m: {score.Right} right, {score.Wrong} wrong, {score.Missed} missed, "
            + $"precision {score.Precision:F4}, recall {score.Recall:F4}, elapsed off by {score.MedianErrorMs} ms");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(score.Right, Is.GreaterThan(1_000));
            Assert.That(score.Precision, Is.GreaterThanOrEqualTo(least));
            Assert.That(score.Recall, Is.GreaterThanOrEqualTo(least));
        }
    }

    private static List<TruthEffort> Find(TruthCase truth)
    {
        var sport = truth.IsRide ? Sport.Ride : Sport.Run;
        var lines = truth.Segments.Select(segment => SegmentLine.Of(segment.Number, sport, segment.Places));
        return [.. SegmentMatcher.Match(SegmentIndex.Empty.With(lines, []), sport, truth.Points)
            .Select(effort => new TruthEffort(
                effort.Segment, effort.StartedAtMs, effort.StartedAtMs + effort.ElapsedMs))];
    }
}
