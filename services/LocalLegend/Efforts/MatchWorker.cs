using System.ComponentModel.DataAnnotations;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Npgsql;
using Strava.Contracts.Tracks;

namespace Strava.LocalLegends.Efforts;

internal sealed class MatchOptions
{
    public const string Section = "Matching";

    /// <summary>Activities matched at once by this node.</summary>
    [Range(1, 64)]
    public int AtOnce { get; set; } = 4;
}

/// <summary>
/// Matches marked activities, on every node, several at once: the lock of a mark is the right to its work. What fails
/// is put off, longer each time; what cannot be read is set aside until its activity changes, and counted.
/// </summary>
internal sealed partial class MatchWorker(
    MatchMarks marks,
    ActivityMatcher matcher,
    TimeProvider clock,
    IOptions<MatchOptions> options,
    ILogger<MatchWorker> log)
    : BackgroundService
{
    private const int ListedAtOnce = 200;
    private const int MaxTries = 10;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AwayInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = PollInterval;
            try
            {
                pause = await WorkAsync(stoppingToken) > 0 ? TimeSpan.Zero : PollInterval;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                LogAway(log, exception.Message);
                pause = AwayInterval;
            }

            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What is due now.</summary>
    /// <returns>How many activities were done, or put off.</returns>
    internal async Task<int> WorkAsync(CancellationToken cancellationToken)
    {
        var due = (await marks.DueAsync(ListedAtOnce, cancellationToken)).ToArray();
        // So that nodes which list the same marks do not walk into each other at each of them.
        Random.Shared.Shuffle(due);
        var done = 0;
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = options.Value.AtOnce,
                CancellationToken = cancellationToken,
            },
            async (mark, stopping) =>
            {
                if (await TryAsync(mark, stopping))
                {
                    Interlocked.Increment(ref done);
                }
            });
        return done;
    }

    private async Task<bool> TryAsync(MatchMark mark, CancellationToken cancellationToken)
    {
        try
        {
            return await matcher.MatchAsync(mark.ActivityId, cancellationToken);
        }
        catch (TrackAwayException exception)
        {
            // However long it is away: its tracks are not lost meanwhile.
            LogTrackAway(log, mark.ActivityId, exception.Message);
            await marks.PutOffAsync(mark, DelayAfter(mark.Tries), cancellationToken);
        }
        catch (PointCodecException exception)
        {
            LogSetAside(log, mark.ActivityId, exception);
            await marks.PutOffAsync(mark, delay: null, cancellationToken);
        }
        catch (Exception exception) when (IsFault(exception))
        {
            if (mark.Tries + 1 < MaxTries)
            {
                LogFailed(log, mark.ActivityId, mark.Tries + 1, exception);
                await marks.PutOffAsync(mark, DelayAfter(mark.Tries), cancellationToken);
            }
            else
            {
                LogSetAside(log, mark.ActivityId, exception);
                await marks.PutOffAsync(mark, delay: null, cancellationToken);
            }
        }

        return true;
    }

    // An outage of Postgres, or a deadlock, is nobody's fault: the mark stays as it is.
    private static bool IsFault(Exception exception) => exception
        is not (OperationCanceledException or TimeoutException or NpgsqlException { IsTransient: true })
        and not NpgsqlException { InnerException: IOException or TimeoutException or SocketException };

    private static TimeSpan DelayAfter(int tries) =>
        TimeSpan.FromSeconds(Math.Min(LongestDelay.TotalSeconds, Math.Pow(2, Math.Min(tries, 16))));

    [LoggerMessage(6011, LogLevel.Warning, "Marks of activities cannot be taken ({Reason}); trying again")]
    private static partial void LogAway(ILogger log, string reason);

    [LoggerMessage(6012, LogLevel.Warning, "The track of {Activity} cannot be fetched now: {Reason}")]
    private static partial void LogTrackAway(ILogger log, Guid activity, string reason);

    [LoggerMessage(6013, LogLevel.Warning, "{Activity} could not be matched, try {Tries}")]
    private static partial void LogFailed(ILogger log, Guid activity, int tries, Exception exception);

    [LoggerMessage(6014, LogLevel.Error, "{Activity} cannot be matched and is set aside until it changes")]
    private static partial void LogSetAside(ILogger log, Guid activity, Exception exception);
}
