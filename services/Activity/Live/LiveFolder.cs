using Microsoft.Extensions.Options;
using Npgsql;
using Strava.Activities.Sharding;
using Strava.Contracts.Tracks;
using Strava.Core.Leases;
using Strava.EventStore;

namespace Strava.Activities.Live;

/// <summary>
/// Folds what has waited long enough and keeps the buffer's partitions, on one node at a time. The lease only spares
/// work: two at once, or one that was frozen, do no harm, since each fold holds its stream's row.
/// </summary>
internal sealed partial class LiveFolder(Shard shard, IOptions<LiveOptions> options, TimeProvider clock, ILogger<LiveFolder> log)
    : LeasedWorker(shard.Database, log)
{
    private const int MostAtATime = 1_000;
    private const int AtOnce = 4;
    private static readonly TimeSpan PartitionsEvery = TimeSpan.FromHours(1);

    protected override string LeaseName => "live-fold";

    protected override async Task WorkAsync(LeaseTerm term, CancellationToken whileOwner)
    {
        DateTimeOffset? kept = null;
        while (true)
        {
            if (kept is null || clock.GetUtcNow() - kept > PartitionsEvery)
            {
                kept = await KeepPartitionsAsync(whileOwner) ? clock.GetUtcNow() : null;
            }

            var due = await shard.Live.DueAsync(options.Value.FoldAfter, MostAtATime, whileOwner);
            await Parallel.ForEachAsync(
                due,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = whileOwner },
                async (id, cancellationToken) => await FoldAsync(id, cancellationToken));
            if (due.Count < MostAtATime)
            {
                await Task.Delay(options.Value.Interval, clock, whileOwner);
            }
        }
    }

    private async Task FoldAsync(Guid id, CancellationToken cancellationToken)
    {
        try
        {
            await shard.Live.FoldAsync(id, cancellationToken);
        }
        catch (Exception fault) when (fault is ConcurrencyException or StreamArchivedException or UnreadableEventException or PointCodecException)
        {
            // Its posts stay where they are and go on being shown; the others go on.
            LogNotFolded(log, id, fault);
        }
        catch (PostgresException fault) when (fault.SqlState == RequestShards.FencedSqlState)
        {
            // Its athlete is being moved to another database, and its posts with it: they are folded there.
        }
    }

    private async Task<bool> KeepPartitionsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var changed = await shard.Live.KeepPartitionsAsync(options.Value.DaysAhead, cancellationToken);
            LogPartitions(log, changed);
            return true;
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            // Live posts went first; the days ahead leave time to try again.
            return false;
        }
    }

    [LoggerMessage(1301, LogLevel.Warning, "The live posts of activity {Activity} were not folded")]
    private static partial void LogNotFolded(ILogger log, Guid activity, Exception exception);

    [LoggerMessage(1302, LogLevel.Debug, "Partitions of the live buffer made or dropped: {Count}")]
    private static partial void LogPartitions(ILogger log, int count);
}
