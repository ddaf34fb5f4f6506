using Npgsql;
using Strava.Core.Applying;
using Strava.Leaderboards.Launch;

namespace Strava.Leaderboards.Clubs;

/// <summary>Marks taken, and what the boards must say about them.</summary>
internal sealed record ClubBatch(
    IReadOnlyList<ClubMark> Marks, IReadOnlyList<ClubChange> Changes, FenceTerm Term, long Token, long Deadline);

/// <summary>
/// One batch: take marks, read memberships and then totals, set entries, remove the marks. A crash between any two
/// steps repeats the batch. A leave and a late upload cannot re-add: each has a mark of its own, what is written was
/// read after the marks were taken, and Redis refuses what was read before that.
/// </summary>
internal sealed class ClubBatches(
    NpgsqlDataSource database, RedisClubs redis, LaunchSwitches switches, TimeProvider time)
{
    public const int Size = 500;

    /// <summary>Each is one hash field and six entries of sorted sets: some 40 ms of Redis.</summary>
    private const int MaxChanges = 5_000;

    private readonly ClubMarks _marks = new(database);
    private readonly ClubLedger _ledger = new(database);

    /// <returns>How many marks were applied; 0: there is nothing to do.</returns>
    public async Task<int> ApplyAsync(FenceTerm term, CancellationToken cancellationToken)
    {
        var batch = await PlanAsync(term, cancellationToken);
        if (batch.Marks.Count > 0)
        {
            await WriteAsync(batch, cancellationToken);
            await _marks.RemoveAsync(batch.Marks, cancellationToken);
        }

        return batch.Marks.Count;
    }

    /// <summary>While nobody is written for.</summary>
    public Task<int> DropAsync(CancellationToken cancellationToken) => _marks.DropAsync(10 * Size, cancellationToken);

    internal async Task<ClubBatch> PlanAsync(FenceTerm term, CancellationToken cancellationToken)
    {
        var (token, deadline, kept) = (term.NextToken(), redis.NewDeadline(), ClubWeek.AllKept(time.GetUtcNow()));
        var marks = await _marks.TakeAsync(term.Partitions, Size, cancellationToken);
        if (marks.Count == 0)
        {
            return new ClubBatch(marks, [], term, token, deadline);
        }

        var memberships = await _ledger.MembershipsAsync(marks, cancellationToken);
        var (taken, wanted) = (new List<ClubMark>(), new HashSet<(Membership In, AthleteWeek Week)>());
        foreach (var mark in marks)
        {
            var before = wanted.Count;
            foreach (var membership in memberships[(mark.Athlete, mark.Club)])
            {
                wanted.UnionWith(kept.Where(week => mark.IsAllWeeks || week.First == mark.Week)
                    .Select(week => (membership, new AthleteWeek(mark.Athlete, membership.Sport, week))));
            }

            taken.Add(mark);
            if (wanted.Count > MaxChanges && before > 0)
            {
                break;
            }
        }

        var totals = await _ledger.TotalsAsync([.. wanted.Select(one => one.Week).Distinct()], term, cancellationToken);
        var written = await WrittenAsync(wanted.Select(one => one.In.AthleteId));
        var changes = wanted.Select(one => new ClubChange(
            new ClubBoardKey(one.In.Club, one.Week.Week),
            one.Week.Athlete,
            one.In.Joined && written.Contains(one.In.AthleteId) ? totals.GetValueOrDefault(one.Week) : null));
        return new ClubBatch(taken, [.. changes], term, token, deadline);
    }

    internal async Task WriteAsync(ClubBatch batch, CancellationToken cancellationToken)
    {
        if (await redis.WriteAsync(batch.Token, batch.Deadline, batch.Changes, cancellationToken) > 0)
        {
            throw new TermOverException(batch.Term.Number);
        }
    }

    /// <summary>Who is not, in a dark launch, is taken out: the rule may have been wider before.</summary>
    private async Task<HashSet<Guid>> WrittenAsync(IEnumerable<Guid> athletes)
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
