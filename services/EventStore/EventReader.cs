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
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = streamId });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<StoredEvent>();
        while (await rows.ReadAsync(cancellationToken))
        {
            Read(rows, streamId, events);
        }

        return events;
    }

    /// <summary>All events of several streams, in one round trip. Cost: one index range a stream.</summary>
    /// <returns>Nothing for a stream that is not there.</returns>
    public async Task<IReadOnlyDictionary<Guid, IReadOnlyList<StoredEvent>>> FetchStreamsAsync(
        Guid[] streamIds, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT seq_id, version, type, data, stream_id FROM mt_events WHERE stream_id = ANY($1)
            ORDER BY stream_id, version
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = streamIds });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var streams = new Dictionary<Guid, IReadOnlyList<StoredEvent>>(streamIds.Length);
        var (current, events) = (Guid.Empty, new List<StoredEvent>());
        while (await rows.ReadAsync(cancellationToken))
        {
            var streamId = rows.GetGuid(4);
            if (streamId != current || streams.Count == 0)
            {
                (current, events) = (streamId, []);
                streams.Add(current, events);
            }

            Read(rows, streamId, events);
        }

        return streams;
    }

    private void Read(NpgsqlDataReader row, Guid streamId, List<StoredEvent> events)
    {
        var alias = row.GetString(2);
        if (alias != EventTypes.Tombstone)
        {
            events.Add(new StoredEvent(
                row.GetInt64(0), streamId, row.GetInt64(1), alias, types.Read(alias, row.GetFieldValue<byte[]>(3))));
        }
    }
}
