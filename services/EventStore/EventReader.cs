using Npgsql;

namespace Strava.EventStore;

/// <summary>Reads streams.</summary>
public sealed class EventReader(NpgsqlDataSource database, EventTypes types)
{
    /// <summary>All events of a stream in order. Cost: one index range.</summary>
    /// <returns>Empty when there is no such stream.</returns>
    public async Task<IReadOnlyList<StoredEvent>> FetchStreamAsync(Guid streamId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT seq_id, version, type, data FROM mt_events WHERE stream_id = $1 ORDER BY version");
        command.Parameters.Add(new() { Value = streamId });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<StoredEvent>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var alias = rows.GetString(2);
            events.Add(new StoredEvent(
                rows.GetInt64(0), streamId, rows.GetInt64(1), alias, types.Read(alias, rows.GetFieldValue<byte[]>(3))));
        }

        return events;
    }
}
