using Strava.Contracts.Sports;
using Strava.LocalLegends.Matching;
using Strava.Testing.Simulation;

namespace Strava.Bench.Legends;

/// <summary>What is found of what was gone in a simulated town, and what else, by the receiver's noise.</summary>
internal static class TruthBench
{
    private const int Recordings = 300;
    private const int SegmentsEach = 40;

    public static Task RunAsync()
    {
        var town = new Metropolis(seed: 11, blocks: 60);
        Figures.Note($"{Recordings} recordings of 50 streets at 1 to 5 s, half are rides of up to 60 km/h, half with");
        Figures.Note("errors that last 10 to 60 s, a third with gaps; half of the segments were gone as they are");
        Figures.Note("noise | efforts | precision | recall | elapsed off by (median)");
        foreach (var noiseMeters in new[] { 0, 2, 5, 10 })
        {
            var score = Score(town, noiseMeters);
            Figures.Note($"{noiseMeters,3} m | {score.Right + score.Missed} | {score.Precision:0.0000}"
                + $" | {score.Recall:0.0000} | {score.MedianErrorMs} ms");
            if (noiseMeters == 5)
            {
                Figures.Print("legends.precision", score.Precision);
                Figures.Print("legends.recall", score.Recall);
            }
        }

        return Task.CompletedTask;
    }

    private static MatchScore Score(Metropolis town, int noiseMeters)
    {
        var random = new Random(7);
        var score = new MatchScore();
        for (var number = 0; number < Recordings; number++)
        {
            var truth = new TruthCase(town, random, noiseMeters, isRide: number % 2 == 0, SegmentsEach);
            var sport = truth.IsRide ? Sport.Ride : Sport.Run;
            var lines = truth.Segments.Select(segment => SegmentLine.Of(segment.Number, sport, segment.Places));
            score.Add(truth.Efforts, SegmentMatcher.Match(SegmentIndex.Empty.With(lines, []), sport, truth.Points)
                .Select(effort => new TruthEffort(
                    effort.Segment, effort.StartedAtMs, effort.StartedAtMs + effort.ElapsedMs)));
        }

        return score;
    }
}
