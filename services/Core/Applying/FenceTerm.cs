using Npgsql;

namespace Strava.Core.Applying;

/// <summary>Another applier has claimed these partitions: nothing of this term may be written any more.</summary>
public sealed class TermOverException(long term)
    : Exception($"Term {term} is over: another applier has claimed its partitions.");

/// <summary>
/// The right to write some partitions of a duty until somebody claims them again. It is kept by partition in Postgres,
/// so it holds however partitions are dealt out to workers; the lease only sees to it that workers do not claim from
/// one another all the time. A reader of what is to be written checks <c>fence</c> in the snapshot that it reads by.
/// </summary>
public sealed class FenceTerm(long number, short[] partitions)
{
    private const int BatchBits = 24;
    private long _batches;

    public long Number => number;

    public short[] Partitions => partitions;

    /// <exception cref="TermOverException">Somebody has claimed at the same moment, with a greater number.</exception>
    public static async Task<FenceTerm> ClaimAsync(
        NpgsqlDataSource database, string duty, short[] partitions, CancellationToken cancellationToken)
    {
        // Never backwards: of two claims at once the one with the smaller number gets nothing.
        await using var command = database.CreateCommand(
            """
            WITH claim AS (SELECT nextval('fence_term') AS term),
            claimed AS (
                INSERT INTO fence AS f (duty, partition, term) SELECT $1, p, claim.term FROM unnest($2) AS p, claim ORDER BY p
                ON CONFLICT (duty, partition) DO UPDATE SET term = EXCLUDED.term WHERE f.term < EXCLUDED.term
                RETURNING partition)
            SELECT claim.term, (SELECT count(*) FROM claimed) FROM claim
            """);
        command.Parameters.Add(new() { Value = duty });
        command.Parameters.Add(new() { Value = partitions });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var term = row.GetInt64(0);
        return row.GetInt64(1) == partitions.Length
            ? new FenceTerm(term, partitions)
            : throw new TermOverException(term);
    }

    /// <summary>
    /// Grows with every batch and every term, and fits a double: a batch that the target gets after a newer one (a
    /// thaw, a second connection) is refused as a zombie's is.
    /// </summary>
    public long NextToken() => ++_batches < 1L << BatchBits
        ? (number << BatchBits) | _batches
        : throw new TermOverException(number);
}
