using Strava.Core.Applying;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Applying;

/// <summary>Marks taken, and what the boards must say about them.</summary>
internal sealed record MarkBatch<TChange>(
    IReadOnlyList<Mark> Marks, IReadOnlyList<TChange> Changes, FenceTerm Term, WriteRight Right);

/// <summary>
/// One batch: take marks, read what is behind them, set it, remove the marks. A crash between any two steps repeats the
/// batch.
/// </summary>
/// <param name="marks">The work list.</param>
/// <param name="redis">The boards.</param>
/// <param name="size">How many marks a batch takes.</param>
internal abstract class MarkBatches<TChange>(DirtyMarks marks, BoardStore redis, int size)
{
    /// <returns>How many marks were applied; 0: there is nothing to do.</returns>
    public async Task<int> ApplyAsync(FenceTerm term, CancellationToken cancellationToken)
    {
        var batch = await PlanAsync(term, cancellationToken);
        if (batch.Marks.Count > 0)
        {
            await WriteAsync(batch, cancellationToken);
            await marks.RemoveAsync(batch.Marks, cancellationToken);
        }

        return batch.Marks.Count;
    }

    internal async Task<MarkBatch<TChange>> PlanAsync(FenceTerm term, CancellationToken cancellationToken)
    {
        var right = RightOf(term);
        var taken = await marks.TakeAsync(term.Partitions, size, cancellationToken);
        return await PlanAsync(term, right, taken, cancellationToken);
    }

    /// <summary>Before the marks are taken: what is read later may only be newer.</summary>
    internal WriteRight RightOf(FenceTerm term) => new(term.NextToken(), redis.NewDeadline());

    /// <param name="term">Under which it is read and written.</param>
    /// <param name="right">Of before the marks were taken.</param>
    /// <param name="wanted">What is wanted; perhaps none.</param>
    /// <param name="cancellationToken">The term's.</param>
    internal abstract Task<MarkBatch<TChange>> PlanAsync(
        FenceTerm term, WriteRight right, List<Mark> wanted, CancellationToken cancellationToken);

    internal async Task WriteAsync(MarkBatch<TChange> batch, CancellationToken cancellationToken)
    {
        if (await SetAsync(batch.Right, batch.Changes, cancellationToken) > 0)
        {
            throw new TermOverException(batch.Term.Number);
        }
    }

    /// <returns>More than 0: a newer token has written.</returns>
    protected abstract Task<long> SetAsync(
        WriteRight right, IReadOnlyList<TChange> changes, CancellationToken cancellationToken);
}
