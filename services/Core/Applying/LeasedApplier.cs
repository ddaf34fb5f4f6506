using Microsoft.Extensions.Logging;
using Npgsql;
using Strava.Core.Leases;

namespace Strava.Core.Applying;

/// <summary>
/// Carries what a projection has changed over to a store outside of Postgres: the only writer there. The projection
/// marks what it changed in the transaction of the change; this takes marks, reads the state behind them, sets it
/// absolutely, and removes the marks.
/// </summary>
/// <remarks>
/// Why the target cannot keep old news, whatever freezes or overlaps:
/// 1. A mark is removed only if its version is the one that was taken, so a change after the taking keeps its mark.
/// 2. The state is read after the marks were taken, in a snapshot that also shows this term as the partition's last
/// claim. Who claims later gets a greater token and a later snapshot: a greater token is never older news.
/// 3. The target refuses a smaller token for the same key and partition. Who is refused leaves the marks.
/// 4. A batch given up on (frozen target, cut connection) leaves its marks; they are applied with a greater token.
/// Hence no lock spans Postgres and the target, and repeats, races, outages and refills are this one path.
/// </remarks>
public abstract partial class LeasedApplier(NpgsqlDataSource database, ILogger log) : LeasedWorker(database, log)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);
    private readonly NpgsqlDataSource _database = database;
    private readonly ILogger _log = log;

    /// <summary>All that this duty writes; one worker owns them for now.</summary>
    protected abstract short[] Partitions { get; }

    /// <summary>One batch by the rules above. A crash between any two steps repeats it.</summary>
    /// <returns>How many marks were applied; 0: there is nothing to do.</returns>
    protected abstract Task<int> ApplyAsync(FenceTerm term, CancellationToken whileOwner);

    /// <summary>Each second, between batches; the first thing that is done of a term, and after an outage.</summary>
    protected virtual Task TickAsync(int ticked, CancellationToken whileOwner) => Task.CompletedTask;

    /// <summary>The same, for who writes in it.</summary>
    protected virtual Task TickAsync(FenceTerm term, int ticked, CancellationToken whileOwner) =>
        TickAsync(ticked, whileOwner);

    /// <summary>Whether the target is not there: marks then wait, and the term goes on.</summary>
    protected abstract bool IsAway(Exception exception);

    protected override async Task WorkAsync(LeaseTerm term, CancellationToken whileOwner)
    {
        var fence = await FenceTerm.ClaimAsync(_database, LeaseName, Partitions, whileOwner);
        using var ticks = new PeriodicTimer(TickInterval);
        var tick = Task.CompletedTask;
        var ticked = 0;
        var isAway = false;
        while (true)
        {
            try
            {
                if (tick.IsCompleted)
                {
                    await TickAsync(fence, ticked++, whileOwner);
                    tick = ticks.WaitForNextTickAsync(whileOwner).AsTask();
                }

                if (await ApplyAsync(fence, whileOwner) == 0)
                {
                    await Task.Delay(PollInterval, whileOwner);
                }

                isAway = false;
            }
            catch (Exception exception) when (IsAway(exception))
            {
                if (!isAway)
                {
                    LogAway(_log, LeaseName, exception);
                }

                // Marks pile up meanwhile. When it is back, first find out what it still knows.
                isAway = true;
                await Task.Delay(TickInterval, whileOwner);
                if (!tick.IsCompleted)
                {
                    await tick;
                }
            }
        }
    }

    [LoggerMessage(1010, LogLevel.Warning, "{Duty}: the store is away; changes wait in Postgres")]
    private static partial void LogAway(ILogger log, string duty, Exception exception);
}
