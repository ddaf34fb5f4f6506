using Microsoft.Extensions.Options;
using Strava.Activities.Sharding;
using Strava.Core.Leases;

namespace Strava.Activities.Archive;

/// <summary>
/// Archives a bounded batch every hour and sweeps up what is left over, on one node at a time. The lease only spares
/// work: two at once, or one that was frozen, do no harm, since the database verifies each step.
/// </summary>
internal sealed partial class ArchiveWorker(
    Shard shard, IOptions<ArchiveOptions> options, TimeProvider clock, ILogger<ArchiveWorker> log)
    : LeasedWorker(shard.Database, log)
{
    private readonly ShardArchive _archive = shard.Archive!;

    protected override string LeaseName => "archive";

    protected override async Task WorkAsync(LeaseTerm term, CancellationToken whileOwner)
    {
        var settings = options.Value;
        while (true)
        {
            var progress = new ArchiveProgress();
            var due = _archive.Run.DueAsync(
                TimeSpan.FromDays(settings.WarmAfterDays), TimeSpan.FromDays(settings.ColdAfterDays), isAskedFor: false, whileOwner);
            await _archive.Run.RunAsync(due.Take(settings.BatchActivities), progress, whileOwner);
            var removed = await _archive.Sweep.RunAsync(TimeSpan.FromDays(settings.KeepUnreferencedDays), whileOwner);
            if (progress.Done + progress.PassedOver + removed > 0)
            {
                LogRun(log, progress.Done, progress.PointBytes, progress.ObjectBytes, progress.PassedOver, removed);
            }

            await Task.Delay(settings.Interval, clock, whileOwner);
        }
    }

    [LoggerMessage(
        1203,
        LogLevel.Information,
        "Archived {Activities} activities, {PointBytes} bytes of points in {ObjectBytes} bytes; passed over {PassedOver}; swept {Removed}")]
    private static partial void LogRun(
        ILogger log, int activities, long pointBytes, long objectBytes, int passedOver, int removed);
}
