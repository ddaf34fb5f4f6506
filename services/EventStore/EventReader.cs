using Npgsql;
using NpgsqlTypes;

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
    /// <param name="streamIds">The streams.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <param name="unread">Events of this alias come with <paramref name="insteadOfThem"/> as their body: what is
    /// large and not wanted is not even fetched from its page.</param>
    /// <param name="insteadOfThem">A body, JSON.</param>
    /// <returns>Nothing for a stream that is not there.</returns>
    public async Task<IReadOnlyDictionary<Guid, IReadOnlyList<StoredEvent>>> FetchStreamsAsync(
        Guid[] streamIds, CancellationToken cancellationToken, string unread = "", string insteadOfThem = "{}")
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FetchStreamsAsync(connection, streamIds, cancellationToken, unread, insteadOfThem);
    }

    /// <summary>The same as a transaction of the caller's sees them.</summary>
    public async Task<IReadOnlyDictionary<Guid, IReadOnlyList<StoredEvent>>> FetchStreamsAsync(
        NpgsqlConnection connection,
        Guid[] streamIds,
        CancellationToken cancellationToken,
        string unread = "",
        string insteadOfThem = "{}")
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT seq_id, version, type, CASE type WHEN $2 THEN $3 ELSE data END, stream_id
            FROM mt_events WHERE stream_id = ANY($1) ORDER BY stream_id, version
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = streamIds });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = unread });
        command.Parameters.Add(new() { Value = insteadOfThem, NpgsqlDbType = NpgsqlDbType.Jsonb });
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
