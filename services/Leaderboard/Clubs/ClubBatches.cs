using Npgsql;
using Strava.Core.Applying;
using Strava.Leaderboards.Applying;
using Strava.Leaderboards.Launch;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Clubs;

/// <summary>
/// Batches of the boards of clubs: memberships are read and then totals, entries are set. A leave and a late upload
/// cannot re-add: each has a mark of its own, what is written was read after the marks were taken, and Redis refuses
/// what was read before that.
/// </summary>
internal sealed class ClubBatches(
    NpgsqlDataSource database, RedisClubs redis, LaunchSwitches switches, TimeProvider time)
    : MarkBatches<ClubChange>(new ClubMarks(database), redis, Size)
{
    public const int Size = 1_000;

    /// <summary>Each is one hash field and six entries of sorted sets: some 40 ms of Redis.</summary>
    private const int MaxChanges = 5_000;

    private readonly ClubLedger _ledger = new(database);

    internal override async Task<MarkBatch<ClubChange>> PlanAsync(
        FenceTerm term, WriteRight right, List<Mark> marks, CancellationToken cancellationToken)
    {
        var kept = ClubWeek.AllKept(time.GetUtcNow());
        if (marks.Count == 0)
        {
            return new MarkBatch<ClubChange>(marks, [], term, right);
        }

        var memberships = await _ledger.MembershipsAsync(marks, cancellationToken);
        var (taken, wanted) = (new List<Mark>(), new HashSet<(Membership In, AthleteWeek Week)>());
        foreach (var mark in marks)
        {
            var before = wanted.Count;
            foreach (var membership in memberships[(mark.Athlete, mark.Of)])
            {
                wanted.UnionWith(kept.Where(week => mark.IsAllDays || week.First == mark.Day)
                    .Select(week => (membership, new AthleteWeek(mark.Athlete, membership.Sport, week))));
            }

            taken.Add(mark);
            if (wanted.Count > MaxChanges && before > 0)
            {
                break;
            }
        }

        var totals = await _ledger.TotalsAsync([.. wanted.Select(one => one.Week).Distinct()], term, cancellationToken);
        var written = await switches.WrittenAsync(wanted.Select(one => one.In.AthleteId));
        var changes = wanted.Select(one => new ClubChange(
            new ClubBoardKey(one.In.Club, one.Week.Week),
            one.Week.Athlete,
            one.In.Joined && written.Contains(one.In.AthleteId) ? totals.GetValueOrDefault(one.Week) : null));
        return new MarkBatch<ClubChange>(taken, [.. changes], term, right);
    }

    protected override Task<long> SetAsync(
        WriteRight right, IReadOnlyList<ClubChange> changes, CancellationToken cancellationToken) =>
        redis.WriteAsync(right, changes, cancellationToken);
}

internal static class ClubWriting
{
    /// <summary>
    /// For whom of these boards of clubs are written; who is not, in a dark launch, is taken out: the rule may have
    /// been wider before.
    /// </summary>
    public static async Task<HashSet<Guid>> WrittenAsync(this LaunchSwitches switches, IEnumerable<Guid> athletes)
    {
        var written = new HashSet<Guid>();
        foreach (var athlete in athletes.Distinct())
        {
            if (await switches.IsOnAsync(LaunchFeature.Clubs, LaunchPart.Writes, athlete))
            {
                written.Add(athlete);
            }
        }

        return written;
    }
}
