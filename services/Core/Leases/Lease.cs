using Npgsql;

namespace Strava.Core.Leases;

/// <summary>
/// A term of ownership. Writes made under it carry <see cref="Epoch"/> and are refused once another owner has taken
/// over.
/// </summary>
public sealed record LeaseTerm(string Name, Guid Owner, long Epoch);

/// <summary>
/// Exactly one owner at a time for a named duty, by the database's clock. An owner that was frozen past its time may
/// still act for a moment: that is why everything it writes is fenced by the epoch, never by the lease alone.
/// </summary>
public sealed class Lease(NpgsqlDataSource database, string name, TimeSpan timeToLive)
{
    private readonly Guid _owner = Guid.CreateVersion7();

    /// <summary>Takes the lease when it is free or has run out.</summary>
    /// <returns><c>null</c> when another owner holds it.</returns>
    public async Task<LeaseTerm?> TryAcquireAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO lease AS l (name, owner, epoch, expires_at) VALUES ($1, $2, 1, clock_timestamp() + $3)
            ON CONFLICT (name) DO UPDATE SET owner = $2, epoch = l.epoch + 1, expires_at = clock_timestamp() + $3
            WHERE l.expires_at < clock_timestamp()
            RETURNING epoch
            """);
        AddParameters(command);
        return await command.ExecuteScalarAsync(cancellationToken) is long epoch ? new LeaseTerm(name, _owner, epoch) : null;
    }

    /// <returns>False when the term is over: somebody else has taken the lease.</returns>
    public async Task<bool> RenewAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "UPDATE lease SET expires_at = clock_timestamp() + $3 WHERE name = $1 AND owner = $2 AND epoch = $4");
        AddParameters(command);
        command.Parameters.Add(new() { Value = term.Epoch });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Gives the lease back at once, so that the next owner does not have to wait for it to run out.</summary>
    public async Task ReleaseAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "UPDATE lease SET expires_at = '-infinity' WHERE name = $1 AND owner = $2 AND epoch = $3");
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = _owner });
        command.Parameters.Add(new() { Value = term.Epoch });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private void AddParameters(NpgsqlCommand command)
    {
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = _owner });
        command.Parameters.Add(new() { Value = timeToLive });
    }
}

/// <summary>Another owner has taken over: nothing of this term may be written any more.</summary>
public sealed class LeaseLostException(LeaseTerm term)
    : Exception($"The lease {term.Name} of epoch {term.Epoch} belongs to another owner now.");
