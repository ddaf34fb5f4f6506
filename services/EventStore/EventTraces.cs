using Npgsql;

namespace Strava.EventStore;

/// <summary>The traces that events were written in, kept until they have been published.</summary>
public sealed class EventTraces(NpgsqlDataSource database)
{
    /// <returns>The traceparent of each of these events that has one.</returns>
    public async Task<IReadOnlyDictionary<long, string>> OfAsync(long[] sequences, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT seq_id, trace_parent FROM event_trace WHERE seq_id = ANY($1)");
        command.Parameters.Add(new() { Value = sequences });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var traces = new Dictionary<long, string>();
        while (await rows.ReadAsync(cancellationToken))
        {
            traces.Add(rows.GetInt64(0), rows.GetString(1));
        }

        return traces;
    }

    /// <summary>Forgets the traces up to a checkpoint. Safe to repeat.</summary>
    public async Task PruneAsync(long checkpoint, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM event_trace WHERE seq_id <= $1");
        command.Parameters.Add(new() { Value = checkpoint });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
