using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Strava.Core.Diagnostics;

namespace Strava.Core.Bus;

/// <summary>
/// Asks the BROKER whether anybody consumes our queues: a bus that has lost its consumers may go on calling itself
/// healthy. When the answer is "nobody" for <see cref="BusOptions.ConsumerTimeout"/> the bus is started anew; if that
/// does not help, the process ends and its supervisor starts another. Nothing is lost meanwhile: messages wait in the
/// queue. What it hears of the queues' lengths becomes metrics.
/// </summary>
/// <remarks>
/// A broker that does not answer says nothing about consumers: reconnecting is the bus's own work. With several nodes
/// the consumers of one hide that another has none; the queue is then still worked off.
/// </remarks>
internal sealed partial class ConsumerWatch(
    IBusControl bus,
    IHostApplicationLifetime process,
    IOptions<BusOptions> options,
    TimeProvider clock,
    ILogger<ConsumerWatch> log,
    IReadOnlyList<string> queues) : BackgroundService
{
    private const int ExitCode = 70; // EX_SOFTWARE
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(25);

    private readonly BrokerQueues _broker =
        new(new Uri(options.Value.ConnectionString), $"watch of {queues[0]}", clock);

    private readonly QueueGauges _gauges = new(clock, 3 * options.Value.WatchInterval + BrokerQueues.AskTimeout);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _gauges.Start();
        using var timer = new PeriodicTimer(options.Value.WatchInterval, clock);
        long? missingSince = null;
        var hasRestarted = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var (isKnown, lonely) = await LookAsync(stoppingToken);
            if (!isKnown)
            {
                continue;
            }

            if (lonely is null)
            {
                (missingSince, hasRestarted) = (null, false);
            }
            else if (missingSince is not { } since)
            {
                missingSince = clock.GetTimestamp();
            }
            else if (clock.GetElapsedTime(since) >= options.Value.ConsumerTimeout)
            {
                if (hasRestarted || !await RestartAsync(lonely, stoppingToken))
                {
                    LogGivingUp(log, lonely);
                    Environment.ExitCode = ExitCode;
                    process.StopApplication();
                    return;
                }

                (missingSince, hasRestarted) = (null, true);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _broker.DisposeAsync();
    }

    public override void Dispose()
    {
        _gauges.Dispose();
        base.Dispose();
    }

    /// <returns>Whether the broker told, and a queue that nobody consumes.</returns>
    private async Task<(bool IsKnown, string? Lonely)> LookAsync(CancellationToken stoppingToken)
    {
        string? lonely = null;
        try
        {
            foreach (var queue in queues)
            {
                // No queue, so nobody consumes it.
                var found = await _broker.AskAsync(queue, stoppingToken);
                if (found is not { ConsumerCount: > 0 })
                {
                    lonely ??= queue;
                }

                long setAside = 0;
                foreach (var side in BusTopology.SetAsideQueues(queue))
                {
                    setAside += (await _broker.AskAsync(side, stoppingToken))?.MessageCount ?? 0;
                }

                _gauges.Hear(queue, found?.MessageCount ?? 0, setAside);
            }

            return (true, lonely);
        }
        catch (Exception) when (!stoppingToken.IsCancellationRequested)
        {
            return (false, null);
        }
    }

    /// <summary>Safe to repeat: consumers are idempotent, what was not acknowledged comes again.</summary>
    private async Task<bool> RestartAsync(string queue, CancellationToken stoppingToken)
    {
        LogRestarting(log, queue, options.Value.ConsumerTimeout);
        Measured.BusRestarts.Add(1, new KeyValuePair<string, object?>("queue", queue));
        try
        {
            // A transport that waits for its next try does not stop before: its wait ends with the bound, and may not
            // use up the time that the start has.
            using (var bound = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken))
            {
                bound.CancelAfter(StopTimeout);
                await bus.StopAsync(bound.Token).WaitAsync(2 * StopTimeout, clock, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            using (var bound = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken))
            {
                bound.CancelAfter(StartTimeout);
                await bus.StartAsync(bound.Token).WaitAsync(bound.Token);
            }

            return true;
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogRestartFailed(log, exception);
            return false;
        }
    }

    [LoggerMessage(1101, LogLevel.Error, "The broker has known of no consumer of {Queue} for {Time}; starting the bus anew")]
    private static partial void LogRestarting(ILogger log, string queue, TimeSpan time);

    [LoggerMessage(1102, LogLevel.Error, "The bus could not be started anew")]
    private static partial void LogRestartFailed(ILogger log, Exception exception);

    [LoggerMessage(1103, LogLevel.Critical, "{Queue} still has no consumer; ending this process for its supervisor")]
    private static partial void LogGivingUp(ILogger log, string queue);
}
