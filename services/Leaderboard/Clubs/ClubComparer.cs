using System.Diagnostics.Metrics;
using Npgsql;
using Strava.Core.Diagnostics;
using Strava.Core.Leases;
using Strava.Leaderboards.Launch;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Clubs;

/// <summary>
/// The compare mode of the launch, and afterwards the reconciler: goes round the clubs, compares samples of their
/// boards with the ledger, reports what differs, and marks it to be set again. A crash loses only where it was.
/// </summary>
internal sealed partial class ClubComparer(
    NpgsqlDataSource database,
    ClubComparison comparison,
    ClubMarks marks,
    LaunchSwitches switches,
    TimeProvider time,
    ILogger<ClubComparer> log)
    : LeasedWorker(database, log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private static readonly Counter<long> Compared = Measured.Meter.CreateCounter<long>(
        "strava.club.compared", "{entry}", "Entries of club boards that were compared with the ledger");

    private static readonly Counter<long> Different = Measured.Meter.CreateCounter<long>(
        "strava.club.differences",
        "{entry}",
        "Entries of club boards that were not what the ledger says, and were marked to be set again");

    protected override string LeaseName => "club-compare";

    protected override async Task WorkAsync(LeaseTerm term, CancellationToken whileOwner)
    {
        for (var last = 0L; ; await Task.Delay(Pause, time, whileOwner))
        {
            if (switches.RuleFor(LaunchFeature.Clubs, LaunchPart.Writes).IsOff
                || await comparison.NextAsync(last, whileOwner) is not { } club)
            {
                continue;
            }

            last = club.Number;
            if (await switches.IsOnAsync(LaunchFeature.Clubs, LaunchPart.Compare, club.Id))
            {
                await CompareAsync(club, whileOwner);
            }
        }
    }

    private async Task CompareAsync(KnownClub club, CancellationToken whileOwner)
    {
        try
        {
            foreach (var (board, compared, wrong) in await comparison.CompareAsync(club, whileOwner))
            {
                Compared.Add(compared);
                if (wrong.Count > 0)
                {
                    Different.Add(wrong.Count);
                    LogDifferent(log, board, wrong.Count, compared, wrong.Values.First());
                    await marks.AddAsync(club.Number, [.. wrong.Keys], whileOwner);
                }
            }
        }
        catch (RedisAwayException)
        {
            // The applier says so; there is nothing to compare with.
        }
    }

    [LoggerMessage(
        5321,
        LogLevel.Warning,
        "{Board}: {Wrong} of {Compared} entries differ from the ledger, and are set again; {Example}")]
    private static partial void LogDifferent(ILogger log, ClubBoardKey board, int wrong, int compared, string example);
}
