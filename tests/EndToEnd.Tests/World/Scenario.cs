using NUnit.Framework.Interfaces;
using Strava.Oracle;

namespace Strava.EndToEnd;

/// <summary>A scenario ends when the oracle finds the whole world as the event streams say it must be.</summary>
[Category("EndToEnd")]
public abstract class Scenario
{
    /// <summary>A broker that was killed is back after 8 s; its clients then need a few more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>After a first difference, which may stay: those that follow must not wait a minute each.</summary>
    private static readonly TimeSpan PatienceAfterTrouble = TimeSpan.FromSeconds(10);

    private static bool _troubled;
    private static long _cells;

    /// <summary>Whatever the one before has left behind.</summary>
    [SetUp]
    public static Task Everything_is_up() => Platform.StartWhatIsDownAsync();

    [TearDown]
    public async Task The_oracle_finds_no_difference()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed)
        {
            await TestContext.Out.WriteLineAsync(Platform.Current.LogTails());
            return;
        }

        await AssertNoDifferenceAsync();
    }

    internal static async Task AssertNoDifferenceAsync()
    {
        var comparison = await Platform.AskOracleAsync(_troubled ? PatienceAfterTrouble : Patience);
        _troubled |= !comparison.Holds;
        await TellAsync(comparison);
        Assert.That(comparison.Sentences, Is.Empty, () => $"{comparison}\n{Platform.Current.LogTails()}");
        Assert.That(comparison.Cells, Is.Positive);
    }

    private static async Task TellAsync(Comparison comparison)
    {
        _cells += comparison.Cells;
        await TestContext.Out.WriteLineAsync($"{comparison}\nfigure oracle.cells_so_far {_cells} cells");
    }
}
