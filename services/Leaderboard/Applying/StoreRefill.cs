using System.Data;
using Npgsql;
using NpgsqlTypes;
using Strava.Core.Applying;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Applying;

/// <summary>What a range of athletes has on all boards of a kind.</summary>
/// <param name="Operations">What writing it costs: entries, each once for every key that it is in.</param>
/// <param name="WriteAsync">Writes it; more than 0: a newer token has written.</param>
internal sealed record RangeRead(long Operations, Func<WriteRight, CancellationToken, Task<long>> WriteAsync)
{
    /// <summary>Of before it was read.</summary>
    public WriteRight Right { get; init; }
}

/// <summary>
/// Fills boards that have been emptied, all at once: one pass over the ledger in the order of its athletes, so that
/// each row is read once for all boards that it counts on. What changes meanwhile is marked as ever, and applied
/// afterwards.
/// </summary>
/// <remarks>
/// A range of athletes has a snapshot, a token and a deadline of its own, and its snapshot shows that the term still
/// holds, as every batch's does: see LeasedApplier. A crash leaves a Redis without our generation, and all begins
/// again.
/// </remarks>
internal abstract class StoreRefill(NpgsqlDataSource database, BoardStore redis, string duty)
{
    private const long MaxAthletesARange = 100_000;

    /// <summary>
    /// So much that neighbours in a set come together, and so little that a range is read and written well within its
    /// deadline.
    /// </summary>
    private const long OperationsARange = 300_000;

    private const int MaxTries = 10;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    /// <returns>How many operations it took.</returns>
    public async Task<long> FillAsync(FenceTerm term, CancellationToken cancellationToken)
    {
        var last = await LastAthleteAsync(cancellationToken);
        var (size, operations, writing) = (MaxAthletesARange / 20, 0L, Task.FromResult(false));
        using var whileFilling = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            for (var from = 0L; from < last;)
            {
                var (first, past) = (from, from + size);
                var range = await ReadAsync(term, first, past, whileFilling.Token);
                operations += range.Operations;
                from = past;

                // Ranges grow and shrink with what their athletes have on boards.
                size = Math.Clamp(size * OperationsARange / Math.Max(range.Operations, 1), 1_000, MaxAthletesARange);

                // The next range is read while this one is written. Where the one before was read again, it has a
                // greater token than this: so this one is, too.
                if (await writing)
                {
                    range = await ReadAsync(term, first, past, whileFilling.Token);
                }

                writing = WriteAsync(
                    term, range, () => ReadAsync(term, first, past, whileFilling.Token), whileFilling.Token);
            }

            await writing;
            return operations;
        }
        finally
        {
            // Where a read has failed, the write before it is not to be tried again behind whoever begins anew.
            await whileFilling.CancelAsync();
            await ((Task)writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// All athletes above <paramref name="from"/> up to <paramref name="last"/>, in one snapshot; the first from 0. Two
    /// may be read at once.
    /// </summary>
    protected abstract Task<RangeRead> ReadAsync(
        NpgsqlConnection snapshot, long from, long last, CancellationToken cancellationToken);

    private async Task<RangeRead> ReadAsync(
        FenceTerm term, long from, long last, CancellationToken cancellationToken)
    {
        var right = new WriteRight(term.NextToken(), redis.NewDeadline());
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot =
            await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using var held = new NpgsqlCommand(
            "SELECT count(*) FROM fence WHERE duty = $1 AND partition = ANY($2) AND term = $3", connection)
        {
            Parameters =
            {
                new() { Value = duty },
                new() { Value = term.Partitions, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint },
                new() { Value = term.Number },
            },
        };
        return (long)(await held.ExecuteScalarAsync(cancellationToken))! == term.Partitions.Length
            ? await ReadAsync(connection, from, last, cancellationToken) with { Right = right }
            : throw new TermOverException(term.Number);
    }

    /// <summary>
    /// A range that Redis does not take is read again, with what has changed and as the term's, and written once more:
    /// beginning anew for one slow answer, a busy machine would never be done. Whether it has lost what it took before,
    /// is asked in the end.
    /// </summary>
    /// <returns>Whether it was read again.</returns>
    private static async Task<bool> WriteAsync(
        FenceTerm term, RangeRead range, Func<Task<RangeRead>> readAgain, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (await range.WriteAsync(range.Right, cancellationToken) > 0)
                {
                    throw new TermOverException(term.Number);
                }

                return tries > 1;
            }
            catch (RedisAwayException) when (tries < MaxTries)
            {
                await Task.Delay(BetweenTries, cancellationToken);
                range = await readAgain();
            }
        }
    }

    private async Task<long> LastAthleteAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT coalesce(max(number), 0) FROM athlete_number");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    protected static NpgsqlBatchCommand OfRange(string sql, long from, long last, params object[] more)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in (object[])[from, last, .. more])
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
