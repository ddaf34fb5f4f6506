using Microsoft.Extensions.Options;
using Npgsql;
using Strava.Core.Diagnostics;
using Strava.Core.Leases;
using Strava.ServiceDefaults;

namespace Strava.LocalLegends.Backfills;

internal static class BackfillExtensions
{
    public static WebApplicationBuilder AddBackfills(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<BackfillOptions>().BindSettings(BackfillOptions.Section);
        builder.Services.AddSingleton<Backfill>().AddHostedService<BackfillWorker>();
        return builder.AddStateGauges(
            new StateGauge(
                "strava.backfill.segments",
                "{segment}",
                "Segments that are not open yet",
                "SELECT count(*) FROM segment WHERE state = 1 AND NOT hidden"),
            new StateGauge(
                "strava.backfill.waiting",
                "{activity}",
                "Activities that are still to be looked at for new segments; 100000 means at least so many",
                "SELECT count(*) FROM (SELECT FROM backfill_item LIMIT 100000) AS items"));
    }
}

/// <summary>
/// One segment after another, on one node at a time, no faster than it may: the lease only spares work, each step is
/// safe beside another one.
/// </summary>
internal sealed partial class BackfillWorker(
    NpgsqlDataSource database,
    Backfill backfill,
    IOptions<BackfillOptions> options,
    TimeProvider clock,
    ILogger<BackfillWorker> log)
    : LeasedWorker(database, log)
{
    private static readonly TimeSpan IdlePause = TimeSpan.FromMilliseconds(500);
    private readonly ILogger _log = log;

    protected override string LeaseName => "backfill";

    protected override async Task WorkAsync(LeaseTerm term, CancellationToken whileOwner)
    {
        while (true)
        {
            if (await backfill.NextAsync(whileOwner) is { } segment)
            {
                await StepAsync(segment, whileOwner);
            }
            else
            {
                await Task.Delay(IdlePause, clock, whileOwner);
            }
        }
    }

    private async Task StepAsync(BackfilledSegment segment, CancellationToken cancellationToken)
    {
        if (!segment.IsListed)
        {
            await backfill.ListAsync(segment, cancellationToken);
            return;
        }

        var began = clock.GetTimestamp();
        var looked = await backfill.MatchAsync(segment, cancellationToken);
        if (looked == 0)
        {
            if (await backfill.OpenAsync(segment, cancellationToken))
            {
                LogOpen(_log, segment.Number);
            }

            return;
        }

        var due = TimeSpan.FromSeconds((double)looked / options.Value.ActivitiesPerSecond);
        var pause = due - clock.GetElapsedTime(began);
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    [LoggerMessage(6051, LogLevel.Information, "Segment {Segment} is backfilled and open")]
    private static partial void LogOpen(ILogger log, int segment);
}
