using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Strava.Core.Diagnostics;

namespace Strava.Core.Bus;

/// <summary>
/// Asks the BROKER whether anybody consumes our queue: a bus that has lost its consumers may go on calling itself
/// healthy. When the answer is "nobody" for <see cref="BusOptions.ConsumerTimeout"/> the bus is started anew; if that
/// does not help, the process ends and its supervisor starts another. Nothing is lost meanwhile: messages wait in the
/// queue.
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
    string queue) : BackgroundService
{
    private const int ExitCode = 70; // EX_SOFTWARE
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RestartTimeout = TimeSpan.FromSeconds(30);
    private IConnection? _connection;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.WatchInterval, clock);
        long? missingSince = null;
        var hasRestarted = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            switch (await CountAsync(stoppingToken))
            {
                case > 0:
                    (missingSince, hasRestarted) = (null, false);
                    break;
                case 0 when missingSince is not { } since:
                    missingSince = clock.GetTimestamp();
                    break;
                case 0 when clock.GetElapsedTime(missingSince.Value) >= options.Value.ConsumerTimeout:
                    if (hasRestarted || !await RestartAsync(stoppingToken))
                    {
                        LogGivingUp(log, queue);
                        Environment.ExitCode = ExitCode;
                        process.StopApplication();
                        return;
                    }

                    (missingSince, hasRestarted) = (null, true);
                    break;
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await ForgetConnectionAsync();
    }

    /// <returns>Consumers of the queue; <c>null</c>: the broker did not tell.</returns>
    private async Task<uint?> CountAsync(CancellationToken stoppingToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        bound.CancelAfter(AskTimeout);
        try
        {
            _connection ??= await new ConnectionFactory
            {
                Uri = new Uri(options.Value.ConnectionString),
                ClientProvidedName = $"watch of {queue}",
                AutomaticRecoveryEnabled = false,
                ContinuationTimeout = AskTimeout,
            }.CreateConnectionAsync(bound.Token);
            await using var channel = await _connection.CreateChannelAsync(cancellationToken: bound.Token);
            return (await channel.QueueDeclarePassiveAsync(queue, bound.Token)).ConsumerCount;
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            // No queue, so nobody consumes it.
            return 0;
        }
        catch (Exception) when (!stoppingToken.IsCancellationRequested)
        {
            await ForgetConnectionAsync();
            return null;
        }
    }

    /// <summary>Safe to repeat: consumers are idempotent, what was not acknowledged comes again.</summary>
    private async Task<bool> RestartAsync(CancellationToken stoppingToken)
    {
        LogRestarting(log, queue, options.Value.ConsumerTimeout);
        Measured.BusRestarts.Add(1, new KeyValuePair<string, object?>("queue", queue));
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        bound.CancelAfter(RestartTimeout);
        try
        {
            await bus.StopAsync(bound.Token).WaitAsync(bound.Token);
            await bus.StartAsync(bound.Token).WaitAsync(bound.Token);
            return true;
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogRestartFailed(log, exception);
            return false;
        }
    }

    private async Task ForgetConnectionAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            // A broken one may wait for an answer that never comes.
            await connection.DisposeAsync().AsTask().WaitAsync(AskTimeout, clock)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(1101, LogLevel.Error, "The broker has known of no consumer of {Queue} for {Time}; starting the bus anew")]
    private static partial void LogRestarting(ILogger log, string queue, TimeSpan time);

    [LoggerMessage(1102, LogLevel.Error, "The bus could not be started anew")]
    private static partial void LogRestartFailed(ILogger log, Exception exception);

    [LoggerMessage(1103, LogLevel.Critical, "{Queue} still has no consumer; ending this process for its supervisor")]
    private static partial void LogGivingUp(ILogger log, string queue);
}
