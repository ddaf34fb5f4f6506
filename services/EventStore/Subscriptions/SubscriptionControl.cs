using Npgsql;

namespace Strava.EventStore.Subscriptions;

/// <param name="Name">The subscription's.</param>
/// <param name="Checkpoint">Every event up to this number has been dealt with.</param>
/// <param name="Highest">The highest number that is visible; what lies between is at most this many behind.</param>
/// <param name="IsPaused">By <see cref="SubscriptionControl.PauseAsync"/>.</param>
/// <param name="IsOwned">A node works on it now.</param>
public sealed record SubscriptionStatus(string Name, long Checkpoint, long Highest, bool IsPaused, bool IsOwned);

/// <summary>
/// What an operator does to a subscription whose lease bears its name, whichever node runs it. Each is one transaction
/// and may be repeated. All of them only take the lease away: the owner hears it at its next renewal or its next
/// checkpoint, whichever comes first, and what it still hands on by then is a repeat, never a skip.
/// </summary>
public sealed class SubscriptionControl(NpgsqlDataSource database)
{
    // The lease of nobody, for ever: no node takes it until it is given back.
    private const string Nobody = "'00000000-0000-0000-0000-000000000000'";

    /// <returns>Every subscription that ever had a checkpoint.</returns>
    public async Task<IReadOnlyList<SubscriptionStatus>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
             SELECT left(p.name, -4), p.last_seq_id, (SELECT coalesce(max(seq_id), 0) FROM mt_events),
                    coalesce(l.owner = {Nobody} AND l.expires_at = 'infinity', false),
                    coalesce(l.owner <> {Nobody} AND l.expires_at > clock_timestamp(), false)
             FROM mt_event_progression p LEFT JOIN lease l ON l.name = left(p.name, -4)
             WHERE p.name LIKE '%:All' ORDER BY p.name
             """);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var all = new List<SubscriptionStatus>();
        while (await rows.ReadAsync(cancellationToken))
        {
            all.Add(new(rows.GetString(0), rows.GetInt64(1), rows.GetInt64(2), rows.GetBoolean(3), rows.GetBoolean(4)));
        }

        return all;
    }

    /// <summary>No node works on it from about now until <see cref="ResumeAsync"/>; restarts change nothing.</summary>
    public async Task PauseAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
             INSERT INTO lease AS l (name, owner, epoch, expires_at) VALUES ($1, {Nobody}, 1, 'infinity')
             ON CONFLICT (name) DO UPDATE SET owner = {Nobody}, epoch = l.epoch + 1, expires_at = 'infinity'
             """);
        command.Parameters.Add(new() { Value = name });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <returns>False when it was not paused.</returns>
    public async Task<bool> ResumeAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"UPDATE lease SET expires_at = '-infinity' WHERE name = $1 AND owner = {Nobody} AND expires_at = 'infinity'");
        command.Parameters.Add(new() { Value = name });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>
    /// Everything after this number is handed on once more; 0 is everything. Only back: a checkpoint moved forward by
    /// hand would skip.
    /// </summary>
    /// <returns>False when it is not as far as that, or there is no such subscription: nothing is changed.</returns>
    public async Task<bool> RewindAsync(string name, long checkpoint, CancellationToken cancellationToken)
    {
        // The lease goes in the same transaction: its owner would go on from where it is, and never look.
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(
            $"""
             UPDATE lease SET owner = {Nobody}, epoch = epoch + 1,
                 expires_at = CASE WHEN owner = {Nobody} THEN expires_at ELSE '-infinity' END
             WHERE name = $1
             """)
        {
            Parameters = { new() { Value = name } },
        });
        var rewind = new NpgsqlBatchCommand(
            "UPDATE mt_event_progression SET last_seq_id = $2, last_updated = now() WHERE name = $1 AND last_seq_id >= $2")
        {
            Parameters = { new() { Value = $"{name}:All" }, new() { Value = checkpoint } },
        };
        batch.BatchCommands.Add(rewind);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return rewind.RecordsAffected == 1;
    }
}
