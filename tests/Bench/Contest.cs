using System.Diagnostics;

namespace Strava.Bench;

/// <summary>
/// Two ways of the same work, measured in turns within one run, so that a noisy machine troubles both alike. The ratio is the
/// median over the rounds; the first round warms up and does not count.
/// </summary>
internal static class Contest
{
    private const int Rounds = 7;
    private static readonly TimeSpan TurnTime = TimeSpan.FromSeconds(4);

    /// <param name="name">Of the ratio: ours to raw, in operations a second; above 1 ours is faster.</param>
    /// <param name="workers">At the same time, each with what its factory makes.</param>
    /// <param name="raw">Makes one worker's operation.</param>
    /// <param name="ours">Likewise.</param>
    public static async Task RunAsync(string name, int workers, Func<int, Func<Task>> raw, Func<int, Func<Task>> ours)
    {
        var rates = new List<(double Raw, double Ours)>();
        for (var round = 0; round <= Rounds; round++)
        {
            // Who begins changes, so that neither always finds the caches of the other.
            var rawFirst = round % 2 == 0;
            var first = await TurnAsync(workers, rawFirst ? raw : ours);
            var second = await TurnAsync(workers, rawFirst ? ours : raw);
            if (round > 0)
            {
                rates.Add(rawFirst ? (first, second) : (second, first));
            }
        }

        Figures.Note($"{name}: raw {Figures.Median(rates.Select(rate => rate.Raw)):0}/s, ours {Figures.Median(rates.Select(rate => rate.Ours)):0}/s; "
            + $"ratios {string.Join(' ', rates.Select(rate => Figures.Format(rate.Ours / rate.Raw)))}");
        Figures.Print(name, Figures.Median(rates.Select(rate => rate.Ours / rate.Raw)));
    }

    private static async Task<double> TurnAsync(int workers, Func<int, Func<Task>> make)
    {
        var operations = Enumerable.Range(0, workers).Select(make).ToArray();
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(operations.Select(operation => Task.Run(async () =>
        {
            var count = 0;
            while (watch.Elapsed < TurnTime)
            {
                await operation();
                count++;
            }

            return count;
        })));
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }
}
