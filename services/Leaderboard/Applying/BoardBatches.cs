using Npgsql;
using Strava.Core.Applying;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Applying;

/// <summary>Marks taken, and what the boards must say about them.</summary>
internal sealed record BoardBatch(
    IReadOnlyList<Mark> Marks, IReadOnlyList<BoardChange> Changes, FenceTerm Term, long Token, long Deadline);

/// <summary>
/// One batch: take marks, read totals, set scores, remove the marks. A crash between any two steps repeats the batch.
/// </summary>
internal sealed class BoardBatches(NpgsqlDataSource database, RedisBoards redis, TimeProvider time)
{
    public const int Size = 500;
    private const int MaxPeriods = 4_000;
    private const int MaxChanges = 20_000;
    private readonly BoardMarks _marks = new(database);
    private readonly LedgerTotals _totals = new(database);

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

    internal async Task<BoardBatch> PlanAsync(FenceTerm term, CancellationToken cancellationToken)
    {
        var token = term.NextToken();
        var marks = await _marks.TakeAsync(term.Partitions, Size, cancellationToken);
        return await PlanAsync(term, token, marks, cancellationToken);
    }

    /// <param name="term">Under which it is read and written.</param>
    /// <param name="token">Of before the marks were taken.</param>
    /// <param name="marks">What is wanted.</param>
    /// <param name="cancellationToken">The term's.</param>
    internal async Task<BoardBatch> PlanAsync(
        FenceTerm term, long token, List<Mark> marks, CancellationToken cancellationToken)
    {
        var (deadline, now) = (redis.NewDeadline(), time.GetUtcNow());
        if (marks.Count == 0)
        {
            return new BoardBatch(marks, [], term, token, deadline);
        }

        var touched = await _marks.ExpandAsync(marks, now, cancellationToken);
        var periods = BoardChange.Periods(touched, now).ToLookup(period => period.Athlete);
        marks = Fitting(marks, athlete => periods[athlete].Count(), MaxPeriods);

        var read = marks.Select(mark => mark.Athlete).Distinct().SelectMany(athlete => periods[athlete]).ToArray();
        var (totals, places) = await _totals.ReadAsync(term, read, cancellationToken);
        var changes = totals
            .SelectMany(total => BoardChange.For(total, places.GetValueOrDefault(total.Of.Athlete, PlaceHistory.Empty)))
            .ToLookup(change => change.Athlete);
        marks = Fitting(marks, athlete => changes[athlete].Count(), MaxChanges);
        var wanted = marks.Select(mark => mark.Athlete).Distinct().SelectMany(athlete => changes[athlete]);
        return new BoardBatch(marks, [.. wanted], term, token, deadline);
    }

    /// <summary>
    /// The first marks whose athletes cost no more than <paramref name="max"/> together, and always the first
    /// athlete's: a refill of people with years behind them must fit a batch's deadline, and nobody may stand in the
    /// others' way.
    /// </summary>
    internal static List<Mark> Fitting(List<Mark> marks, Func<long, int> costOf, int max)
    {
        var (seen, cost) = (new HashSet<long>(), 0);
        return
        [
            .. marks.TakeWhile(mark =>
                !seen.Add(mark.Athlete) || (cost += costOf(mark.Athlete)) <= max || seen.Count == 1),
        ];
    }

    internal async Task WriteAsync(BoardBatch batch, CancellationToken cancellationToken)
    {
        if (await redis.WriteAsync(batch.Token, batch.Deadline, batch.Changes, cancellationToken) > 0)
        {
            throw new TermOverException(batch.Term.Number);
        }
    }
}
