using System.Diagnostics;
using Strava.Contracts.Sports;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Reading;
using Strava.Leaderboards.Stores;

namespace Strava.Bench.Boards;

/// <summary>
/// Ninety days of a country of 100,000 athletes with 25 runs each in them, among 300,000 athletes: worked out from the
/// ledger, and read again while it is kept.
/// </summary>
internal static class RangeBench
{
    private const int Country = 100_000;
    private const int Elsewhere = 200_000;
    private const int Runs = 25;
    private const int Uncached = 30;
    private const int Cached = 20_000;

    public static async Task RunAsync()
    {
        await using var world = await BoardWorld.CreateAsync(redisDatabase: 4);
        await world.FillAsync(Country, "SI");
        await world.FillAsync(Elsewhere, "US");
        await world.FillLedgerAsync("SI", Runs, "timestamptz '2026-08-01' + random() * interval '100 days'");
        await world.FillLedgerAsync("US", 5, "timestamptz '2026-08-01' + random() * interval '100 days'");
        await world.ExecuteAsync("VACUUM ANALYZE");

        var (totals, place) = (new RangeTotals(world.Database, TimeProvider.System), Place.Parse("country:SI")!);
        List<double> took = [];
        var members = 0;
        for (var turn = 0; turn <= Uncached; turn++)
        {
            var watch = Stopwatch.StartNew();
            var board = await totals.ReadAsync(KeyOf(turn), default);
            board.Read(new BoardSlice(100, Neighbours: 5), viewer: 50_000);
            members = board.Total;
            if (turn > 0)
            {
                took.Add(watch.Elapsed.TotalMilliseconds);
            }
        }

        took.Sort();
        Figures.Note($"{members} athletes on the board, {Runs * 90 / 100.0 * Country:0} runs in it; p50 {Figures.Format(Figures.Percentile(took, 0.5))} ms");
        Figures.Print("boards.range_p99_ms.uncached", Figures.Percentile(took, 0.99), "ms");

        using var boards = new OnDemandBoards(totals, TimeProvider.System);
        await boards.ReadAsync(KeyOf(0), new BoardSlice(100), null, default);
        took.Clear();
        for (var turn = 0; turn < Cached; turn++)
        {
            var watch = Stopwatch.StartNew();
            await boards.ReadAsync(KeyOf(0), new BoardSlice(100, Neighbours: 5), viewer: 1 + (turn * 7_919 % Country), default);
            took.Add(watch.Elapsed.TotalMilliseconds);
        }

        took.Sort();
        Figures.Print("boards.range_p99_ms", Figures.Percentile(took, 0.99), "ms");

        BoardKey KeyOf(int turn)
        {
            var first = new DateOnly(2026, 8, 1).AddDays(turn % 10);
            var last = first.AddDays(89);
            return new BoardKey(Sport.Run, place, Window.Range, new Period($"{first:O}/{last:O}", first, last.AddDays(1)));
        }
    }
}
