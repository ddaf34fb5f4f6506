using Microsoft.Extensions.Logging;
using Npgsql;
using Strava.Core.Leases;

namespace Strava.Core.Rebuild;

/// <summary>
/// Leads the running rebuild from state to state, on one node at a time; another node goes on where this one ended. The
/// lease only spares work: each step is refused by the database when the state is no longer the one that it belongs to.
/// </summary>
public abstract partial class RebuildWorker(NpgsqlDataSource database, TimeProvider clock, ILogger log)
    : LeasedWorker(database, log)
{
    /// <summary>The copy has another shape than live, or less in it than was put there.</summary>
    private const string NotTrusted = "ST012";

    private static readonly TimeSpan IdlePause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StepPause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// What live has not heard of yet comes within this: the copies were filled from the streams, live by messages that
    /// may still be on their way.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly ILogger _log = log;

    protected RebuildState State { get; } = new(database);

    protected override string LeaseName => "rebuild";

    protected override async Task WorkAsync(LeaseTerm term, CancellationToken whileOwner)
    {
        while (true)
        {
            var rebuild = await State.CurrentAsync(whileOwner);
            switch (rebuild?.State)
            {
                case "filling":
                    await FillAsync(rebuild, whileOwner);
                    break;
                case "verifying":
                    await FinishAsync(rebuild, whileOwner);
                    break;
                case "swapped":
                    await AfterSwapAsync(whileOwner);
                    await State.EndAsync(rebuild.Id, "done", null, whileOwner);
                    LogDone(_log, rebuild.Id, rebuild.Told, rebuild.Seconds, rebuild.Differences ?? 0);
                    continue;
            }

            await Task.Delay(rebuild is null ? IdlePause : StepPause, whileOwner);
        }
    }

    /// <summary>
    /// Brings the copies on their way, soon back: it is called again until the state says that they are full.
    /// </summary>
    protected abstract Task FillAsync(RebuildProgress rebuild, CancellationToken cancellationToken);

    /// <summary>
    /// Compares and swaps. Comparing needs no lock: whatever is written now is written to both
    /// (<see cref="RebuildableTables"/>), so what is equal stays equal. Where it is not so, comparing and swapping are
    /// overridden.
    /// </summary>
    private async Task FinishAsync(RebuildProgress rebuild, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        try
        {
            long differences;
            while ((differences = await CompareAsync(rebuild, cancellationToken)) > 0 && clock.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(IdlePause, cancellationToken);
            }

            if (differences > 0 && rebuild.RefuseDifferences)
            {
                await State.EndAsync(rebuild.Id, "failed", "Live and copy differ; live is as it was.", cancellationToken);
                return;
            }

            await SwapAsync(rebuild, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == NotTrusted)
        {
            await State.EndAsync(rebuild.Id, "failed", $"{exception.MessageText}; live is as it was.", cancellationToken);
        }
    }

    /// <returns>How many rows differ.</returns>
    protected virtual Task<long> CompareAsync(RebuildProgress rebuild, CancellationToken cancellationToken) =>
        State.CompareAsync(rebuild.Id, cancellationToken);

    protected virtual Task SwapAsync(RebuildProgress rebuild, CancellationToken cancellationToken) =>
        State.SwapAsync(rebuild.Id, cancellationToken);

    /// <summary>Between the swap and the dropping of what was live: schema <c>retired</c>. Safe to repeat.</summary>
    protected virtual Task AfterSwapAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(
        1401,
        LogLevel.Information,
        "Rebuild {Rebuild} is done: {Told} activities in {Seconds} s; {Differences} rows had been wrong")]
    private static partial void LogDone(ILogger log, Guid rebuild, long told, double seconds, long differences);
}
