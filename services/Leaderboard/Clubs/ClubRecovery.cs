using Npgsql;
using Strava.Core.Applying;
using Strava.Leaderboards.Applying;
using Strava.Leaderboards.Launch;

namespace Strava.Leaderboards.Clubs;

/// <summary>
/// As for places, and it notices a launch switch that is for others than before. Every step may be repeated after a
/// crash.
/// </summary>
internal sealed partial class ClubRecovery(
    NpgsqlDataSource database,
    RedisClubs redis,
    ClubMarks marks,
    ClubRefill refill,
    LaunchSwitches switches,
    TimeProvider time,
    ILogger<ClubRecovery> log)
    : StoreRecovery(database, redis, marks, refill, ClubLayout.Current, time, log)
{
    private const string Off = "off";
    private readonly NpgsqlDataSource _database = database;
    private readonly ClubMarks _marks = marks;
    private readonly TimeProvider _time = time;

    /// <returns>
    /// The run id of the Redis that has been looked at; <c>null</c>: nobody is written for, and Redis is left alone.
    /// </returns>
    public async Task<string?> EnsureForAllAsync(FenceTerm term, CancellationToken cancellationToken)
    {
        var writes = switches.FingerprintOf(LaunchFeature.Clubs, LaunchPart.Writes);
        var before = await FilledByAsync(cancellationToken);
        if (before != writes)
        {
            await SwitchAsync(before, writes, cancellationToken);
        }

        return writes == Off ? null : await EnsureAsync(term, cancellationToken);
    }

    private Task SwitchAsync(string before, string writes, CancellationToken cancellationToken)
    {
        LogFor(log, writes, before);
        return (before, writes) switch
        {
            // Committed before the first mark is thrown away.
            (_, Off) => ExecuteAsync("UPDATE club_store SET filled_by = 'off'", cancellationToken),

            // No layout: all is filled anew, also after a crash, because marks have been thrown away.
            (Off, _) => ExecuteAsync("UPDATE club_store SET filled_by = $1, layout = 0", cancellationToken, writes),

            // What is there stays: each entry is set, or taken out where it is no longer for its athlete.
            _ => MarkAllAsync(),
        };

        async Task MarkAllAsync()
        {
            await _marks.MarkAllAsync(ClubWeek.AllKept(_time.GetUtcNow())[^1].First, cancellationToken);
            await ExecuteAsync("UPDATE club_store SET filled_by = $1", cancellationToken, writes);
        }
    }

    private async Task<string> FilledByAsync(CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand("SELECT filled_by FROM club_store");
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    [LoggerMessage(
        5313, LogLevel.Information, "Club boards are written for {Writes} from now on, and no longer for {Before}")]
    private static partial void LogFor(ILogger log, string writes, string before);
}
