using System.Text;

namespace Strava.Fuzz.Running;

/// <summary><c>--repeat json:123</c>: shows the input that a seed makes, and what comes of it.</summary>
internal static class Repeat
{
    private const int MostShown = 4_000;

    public static int Run(FuzzTarget[] targets, (string Target, int Seed) repeat, TextWriter log)
    {
        if (Array.Find(targets, one => one.Name == repeat.Target) is not { } target)
        {
            log.WriteLine($"There is no target {repeat.Target}.");
            return 2;
        }

        var input = target.Make(new Random(repeat.Seed));
        var text = Encoding.UTF8.GetString(input);
        log.WriteLine($"{input.Length} bytes: {text[..Math.Min(text.Length, MostShown)]}");
        Failure? failed = null;
        var runner = new Runner(failure => failed = failure);
        runner.RunOne(target, repeat.Seed);
        log.WriteLine(failed is null ? "read, or refused as documented" : $"FAILED {failed.Reason}");
        return failed is null ? 0 : 1;
    }
}
