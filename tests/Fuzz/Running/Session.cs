using System.Diagnostics;

namespace Strava.Fuzz.Running;

/// <summary>All targets in turn for the given time, with a line of progress, and the figures at the end.</summary>
internal static class Session
{
    /// <summary>A bug that each case meets would fill the disk.</summary>
    private const int MostKept = 20;

    private const int LinesShown = 6;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(2.5);

    public static int Run(FuzzTarget[] targets, Options options)
    {
        if (targets.Length == 0)
        {
            Console.Error.WriteLine($"There is no target {options.Target}.");
            return 2;
        }

        var total = TimeSpan.FromSeconds(options.Seconds);
        var kept = 0;
        var runner = new Runner(failure => Keep(failure, options.Failures, ref kept));
        var started = Stopwatch.GetTimestamp();
        var seeds = targets.ToDictionary(target => target, _ => options.Seed);
        var turn = TimeSpan.FromTicks(Math.Min(Turn.Ticks, total.Ticks / targets.Length));
        Console.WriteLine($"seed {options.Seed}, {options.Seconds:F0} s");
        while (Stopwatch.GetElapsedTime(started) < total)
        {
            var before = runner.Runs;
            foreach (var target in targets)
            {
                var runs = runner.Runs;
                runner.Run(target, seeds[target], turn);

                // Wraps after two thousand million cases, which then begin anew.
                seeds[target] = unchecked(seeds[target] + (int)(runner.Runs - runs));
            }

            Console.WriteLine(
                $"{Stopwatch.GetElapsedTime(started).TotalSeconds,6:F0} s {runner.Runs,10} runs {runner.Failures,4} failures");
        }

        foreach (var target in targets)
        {
            Console.WriteLine($"fuzz.runs.{target.Name} {unchecked(seeds[target] - options.Seed)}");
        }

        Console.WriteLine($"fuzz.runs {runner.Runs}");
        Console.WriteLine($"fuzz.failures {runner.Failures}");
        return runner.Failures == 0 ? 0 : 1;
    }

    private static void Keep(Failure failure, string folder, ref int kept)
    {
        if (++kept > MostKept)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{failure.Target}-{failure.Seed}.bin");
        File.WriteAllBytes(file, failure.Input);
        File.WriteAllText(file + ".txt", failure.Reason);
        Console.WriteLine($"FAILED {failure.Target}:{failure.Seed} ({file}) {string.Join('\n', failure.Reason.Split('\n').Take(LinesShown))}");
    }
}
