using Npgsql;
using Strava.Core.Applying;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Applying;

/// <summary>Batches of the boards of places: totals and places are read, scores are set.</summary>
internal sealed class BoardBatches(NpgsqlDataSource database, RedisBoards redis, TimeProvider time)
    : MarkBatches<BoardChange>(new BoardMarks(database), redis, Size)
{
    public const int Size = 500;
    private const int MaxPeriods = 4_000;
    private const int MaxChanges = 20_000;
    private readonly BoardMarks _marks = new(database);
    private readonly LedgerTotals _totals = new(database);

    internal override async Task<MarkBatch<BoardChange>> PlanAsync(
        FenceTerm term, WriteRight right, List<Mark> marks, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (marks.Count == 0)
        {
            return new MarkBatch<BoardChange>(marks, [], term, right);
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
        return new MarkBatch<BoardChange>(marks, [.. wanted], term, right);
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

    protected override Task<long> SetAsync(
        WriteRight right, IReadOnlyList<BoardChange> changes, CancellationToken cancellationToken) =>
        redis.WriteAsync(right, changes, cancellationToken);
}
