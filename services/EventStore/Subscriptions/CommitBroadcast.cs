using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Strava.EventStore.Subscriptions;

/// <summary>
/// Tells the other nodes of commits by NOTIFY, and hears theirs by LISTEN. Never inside of the appending transaction:
/// that would put all commits in a row. So after the commit a flag is set, and one connection sends what is at most one
/// NOTIFY in <see cref="Quiet"/>, however many commits there were. A notification that is lost costs a poll interval,
/// nothing else.
/// </summary>
public sealed partial class CommitBroadcast(NpgsqlDataSource database, CommitSignal signal, ILogger<CommitBroadcast> log)
    : BackgroundService
{
    private const string Channel = "strava_commits";
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A dead connection that nobody has closed is noticed by this.
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(30);

    private readonly string _node = Guid.NewGuid().ToString("N");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(RepeatAsync(TellAsync, stoppingToken), RepeatAsync(ListenAsync, stoppingToken));

    private async Task TellAsync(CancellationToken stoppingToken)
    {
        await signal.WaitToTellAsync(stoppingToken);
        await using var command = database.CreateCommand("SELECT pg_notify($1, $2)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Channel });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _node });
        await command.ExecuteNonQueryAsync(stoppingToken);
        await Task.Delay(Quiet, stoppingToken);
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        await using var connection = await database.OpenConnectionAsync(stoppingToken);
        connection.Notification += (_, heard) =>
        {
            if (heard.Payload != _node)
            {
                signal.Heard();
            }
        };
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(stoppingToken);
        }

        try
        {
            while (true)
            {
                if (!await connection.WaitAsync(MaxSilence, stoppingToken))
                {
                    await using var ping = new NpgsqlCommand("SELECT 1", connection);
                    await ping.ExecuteNonQueryAsync(stoppingToken);
                }
            }
        }
        finally
        {
            // Back to the pool without its ear.
            if (connection.FullState == System.Data.ConnectionState.Open)
            {
                await using var deaf = new NpgsqlCommand("UNLISTEN *", connection);
                await deaf.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
    }

    private async Task RepeatAsync(Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await work(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException or OperationCanceledException)
            {
                LogAway(log, exception.Message);
                await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(1501, LogLevel.Warning, "Commits are not told or heard at the moment ({Reason}); polling finds them")]
    private static partial void LogAway(ILogger log, string reason);
}
