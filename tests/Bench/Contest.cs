using System.Diagnostics;

namespace Strava.Bench;

/// <summary>
/// Two ways of the same work, measured in turns within one run, so that a noisy machine troubles both alike. The ratio
/// is the median over the rounds; the first round warms up and does not count.
/// </summary>
internal static class Contest
{
    private const int Rounds = 7;
    private static readonly TimeSpan TurnTime = TimeSpan.FromSeconds(4);

    /// <param name="name">Of the ratio: ours to raw, in operations a second; above 1 ours is faster.</param>
    /// <param name="workers">At the same time, each with what its factory makes.</param>
    /// <param name="raw">Makes one worker's operation.</param>
    /// <param name="ours">Likewise.</param>
    /// <param name="cpu">Whose CPU time is told beside the rates.</param>
    public static async Task RunAsync(
        string name, int workers, Func<int, Func<Task>> raw, Func<int, Func<Task>> ours, CpuMeter? cpu = null)
    {
        cpu ??= new CpuMeter();
        var rates = new List<(Turn Raw, Turn Ours)>();
        for (var round = 0; round <= Rounds; round++)
        {
            // Who begins changes, so that neither always finds the caches of the other.
            var rawFirst = round % 2 == 0;
            var first = await TurnAsync(workers, rawFirst ? raw : ours, cpu);
            var second = await TurnAsync(workers, rawFirst ? ours : raw, cpu);
            if (round > 0)
            {
                rates.Add(rawFirst ? (first, second) : (second, first));
            }
        }

        var raws = rates.ConvertAll(rate => rate.Raw);
        var our = rates.ConvertAll(rate => rate.Ours);
        var ratios = rates.ConvertAll(rate => rate.Ours.Rate / rate.Raw.Rate);
        Figures.Note($"{name}: raw {Turn.Say(raws)}, ours {Turn.Say(our)}; ratios {string.Join(' ', ratios.Select(Figures.Format))}");
        Figures.Print(name, Figures.Median(ratios));
    }

    private static async Task<Turn> TurnAsync(int workers, Func<int, Func<Task>> make, CpuMeter cpu)
    {
        var operations = Enumerable.Range(0, workers).Select(make).ToArray();
        var (ownBefore, serverBefore) = await cpu.ReadAsync();
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
        var seconds = watch.Elapsed.TotalSeconds;
        var (own, server) = await cpu.ReadAsync();
        var number = counts.Sum();
        return new Turn(number / seconds, (own - ownBefore) / number, (server - serverBefore) / number);
    }

    /// <param name="Rate">Operations a second.</param>
    /// <param name="Own">This process' CPU time an operation.</param>
    /// <param name="Server">The database's.</param>
    private sealed record Turn(double Rate, TimeSpan Own, TimeSpan Server)
    {
        public static string Say(List<Turn> turns) =>
            $"{Figures.Median(turns.Select(turn => turn.Rate)):0}/s "
            + $"({Figures.Median(turns.Select(turn => turn.Own.TotalMicroseconds)):0} us of CPU here, "
            + $"{Figures.Median(turns.Select(turn => turn.Server.TotalMicroseconds)):0} us in Postgres)";
    }
}
