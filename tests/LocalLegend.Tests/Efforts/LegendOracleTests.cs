namespace Strava.LocalLegends.Tests.Efforts;

/// <summary>The check itself: whatever is spoilt is named.</summary>
[Category("Integration")]
[Parallelizable]
internal sealed class LegendOracleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [TestCase("UPDATE rolling_local_legend SET efforts = efforts + 1 WHERE date = '2026-07-01'", "legend of segment 1 on 2026-07-01")]
    [TestCase("DELETE FROM rolling_local_legend WHERE date = '2026-08-29'", "legend of segment 1 on 2026-08-29")]
    [TestCase("UPDATE legend_histogram SET athletes = 7 WHERE date = '2026-06-01'", "bin 1 of segment 1 on 2026-06-01")]
    [TestCase("DELETE FROM legend_histogram WHERE date = '2026-06-02'", "bin 1 of segment 1 on 2026-06-02")]
    [TestCase("UPDATE best_effort SET elapsed_ms = 1 WHERE year = 0", "best effort of")]
    [TestCase("DELETE FROM best_effort WHERE year = 2026", "best effort of")]
    [TestCase("UPDATE effort SET standing = 1", "effort on segment 1")]
    [TestCase("UPDATE activity SET visibility = 3", "effort on segment 1")]
    public async Task A_spoilt_row_is_named(string spoil, string named)
    {
        await using var world = await LegendWorld.CreateAsync(Noon);
        var hill = await world.MakeSegmentAsync();
        var start = Noon.UtcDateTime;
        await world.SayAsync(Guid.NewGuid(), Guid.NewGuid(), 1, [(hill, start, 60), (hill, start.AddMinutes(5), 61)]);
        await world.SettleAsync();
        await world.AssertRightAsync();

        await world.Database.CreateCommand(spoil).ExecuteNonQueryAsync();
        Assert.That(await world.Oracle.DifferencesAsync(Noon), Has.Some.StartsWith(named));
    }
}
