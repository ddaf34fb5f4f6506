using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client.Exceptions;

namespace Strava.Core.Leases;

/// <summary>
/// A background duty that one node at a time does: waits for its lease, works while it holds it, hands over within
/// <see cref="TimeToLive"/> when the node dies and at once when it stops. A fault ends the term, not the process.
/// </summary>
public abstract partial class LeasedWorker(NpgsqlDataSource database, ILogger log) : BackgroundService
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The duty's name; one owner a name in this database.</summary>
    protected abstract string LeaseName { get; }

    /// <summary>
    /// The work of one term. Must end soon after the token fires; every write carries the term's epoch.
    /// </summary>
    protected abstract Task WorkAsync(LeaseTerm term, CancellationToken whileOwner);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var lease = new Lease(database, LeaseName, TimeToLive);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await lease.TryAcquireAsync(stoppingToken) is { } term)
                {
                    await ServeAsync(lease, term, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (IsOutage(exception))
            {
                LogTermEndedByOutage(log, LeaseName, exception is TimeoutException ? exception.Message : exception.GetBaseException().Message);
            }
            catch (Exception exception)
            {
                // The outer loop of a worker is the one place that catches all: the next term starts from what is
                // stored.
                LogTermEnded(log, LeaseName, exception);
            }

            await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Expected now and then, and repeated every second while it lasts: one line without a stack trace.
    private static bool IsOutage(Exception exception) => exception
        is NpgsqlException or TimeoutException or OperationCanceledException or IOException
        or MassTransitException or RabbitMQClientException;

    private async Task ServeAsync(Lease lease, LeaseTerm term, CancellationToken stoppingToken)
    {
        LogTermBegan(log, term.Name, term.Epoch);
        using var whileOwner = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var renewing = RenewAsync(lease, term, whileOwner);
        try
        {
            await WorkAsync(term, whileOwner.Token);
        }
        catch (OperationCanceledException) when (whileOwner.IsCancellationRequested && !stoppingToken.IsCancellationRequested)
        {
            LogLeaseLost(log, term.Name, term.Epoch);
        }
        finally
        {
            await whileOwner.CancelAsync();
            await renewing;
            using var bound = new CancellationTokenSource(RenewEvery);
            await lease.ReleaseAsync(term, bound.Token);
        }
    }

    /// <summary>Renews until cancelled; cancels the work itself as soon as the lease may be somebody else's.</summary>
    private static async Task RenewAsync(Lease lease, LeaseTerm term, CancellationTokenSource whileOwner)
    {
        while (!whileOwner.IsCancellationRequested)
        {
            await Task.Delay(RenewEvery, whileOwner.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!whileOwner.IsCancellationRequested && await lease.RenewAsync(term, whileOwner.Token))
                {
                    continue;
                }
            }
            catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException or TimeoutException)
            {
                // Not renewed, for whatever reason: stop before the lease runs out.
            }

            await whileOwner.CancelAsync();
        }
    }

    [LoggerMessage(1001, LogLevel.Information, "{Lease}: this node owns it, epoch {Epoch}")]
    private static partial void LogTermBegan(ILogger log, string lease, long epoch);

    [LoggerMessage(1002, LogLevel.Warning, "{Lease}: lost at epoch {Epoch}")]
    private static partial void LogLeaseLost(ILogger log, string lease, long epoch);

    [LoggerMessage(1004, LogLevel.Warning, "{Lease}: the term ended because a server is away ({Reason}); trying again")]
    private static partial void LogTermEndedByOutage(ILogger log, string lease, string reason);

    [LoggerMessage(1003, LogLevel.Error, "{Lease}: the term ended by a fault; trying again")]
    private static partial void LogTermEnded(ILogger log, string lease, Exception exception);
}
