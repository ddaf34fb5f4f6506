using Npgsql;

namespace Strava.EventStore;

/// <summary>
/// Appends after whatever is there. Our own writers queue at the stream's row, so any number of them succeed; only a
/// Marten writer, which takes the row last, can get in the way.
/// </summary>
/// <remarks>
/// Safe to repeat within: each attempt is one transaction, and is repeated only when the database has said that it was
/// rolled back. A broken connection says nothing of the kind and is the caller's to judge.
/// </remarks>
public sealed class EventAppender(NpgsqlDataSource database, EventTypes types, TimeProvider clock)
{
    // Each attempt lost means that another writer got on, or that the server ended a deadlock after its
    // deadlock_timeout.
    private const int MaxAttempts = 20;
    private const int MaxPauseMs = 40;

    /// <exception cref="StreamMissingException">There is no such stream.</exception>
    /// <exception cref="StreamArchivedException">The stream is archived.</exception>
    /// <exception cref="ConcurrencyException">Raced at every attempt.</exception>
    public async Task AppendAsync(Guid streamId, IReadOnlyList<object> events, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var session = new EventSession(
                    await database.OpenConnectionAsync(cancellationToken), types, clock);
                session.Append(streamId, events);
                await session.SaveChangesAsync(cancellationToken);
                return;
            }
            catch (Exception exception) when (attempt < MaxAttempts && IsRaced(exception))
            {
                // Jitter, so that losers do not meet again.
                var pause = Random.Shared.Next(1, MaxPauseMs);
                await Task.Delay(TimeSpan.FromMilliseconds(pause), clock, cancellationToken);
            }
        }
    }

    // A writer that inserts its event before it moves the row holds the index entry that we wait for, and waits for the
    // row that we hold: the server ends one of the two.
    private static bool IsRaced(Exception exception) =>
        exception is ConcurrencyException or PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected };
}
