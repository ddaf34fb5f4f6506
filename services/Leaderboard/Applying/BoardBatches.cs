using Npgsql;
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
        var (token, deadline) = (term.NextToken(), redis.NewDeadline());
        var marks = await _marks.TakeAsync(term.Partitions, Size, cancellationToken);
        if (marks.Count == 0)
        {
            return new BoardBatch(marks, [], term, token, deadline);
        }

        var touched = await _marks.ExpandAsync(marks, Window.RetainedSince(time.GetUtcNow()), cancellationToken);
        var (totals, places) = await _totals.ReadAsync(term, touched, cancellationToken);
        var changes = totals.SelectMany(
            total => BoardChange.For(total, places.GetValueOrDefault(total.Athlete, PlaceHistory.Empty)));
        return new BoardBatch(marks, [.. changes], term, token, deadline);
    }

    internal async Task WriteAsync(BoardBatch batch, CancellationToken cancellationToken)
    {
        if (await redis.WriteAsync(batch.Token, batch.Deadline, batch.Changes, cancellationToken) > 0)
        {
            throw new TermOverException(batch.Term.Number);
        }
    }
}
