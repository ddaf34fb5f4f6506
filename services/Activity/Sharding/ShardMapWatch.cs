using Npgsql;

namespace Strava.Activities.Sharding;

/// <summary>
/// Asks for the map every second. A move waits for twice as long between its switch and the first write at the new
/// place, so that nobody reads at the old one what has been changed since.
/// </summary>
internal sealed partial class ShardMapWatch(Shards shards, TimeProvider clock, ILogger<ShardMapWatch> log) : BackgroundService
{
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    /// <summary>The first look before the first request, if the database answers.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await RefreshAsync(stoppingToken);
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await shards.Map.RefreshAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            LogAway(log, exception.Message);
        }
    }

    [LoggerMessage(1401, LogLevel.Warning, "The map of the shards cannot be read ({Reason}); what is known of it holds")]
    private static partial void LogAway(ILogger log, string reason);
}
