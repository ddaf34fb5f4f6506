using Npgsql;
using NpgsqlTypes;

namespace Strava.EventStore.Subscriptions;

/// <summary>
/// Streams with an event that this build cannot read. They wait as a whole; nothing of them is skipped.
/// </summary>
public sealed class ParkedStreams(NpgsqlDataSource database)
{
    private const int PageSize = 200;

    /// <summary>
    /// Notes the first event of a type (<c>null</c>: of any) in a stream. Safe to repeat: the second time changes
    /// nothing.
    /// </summary>
    /// <returns>Its number, or <c>null</c> when it was noted before.</returns>
    public async Task<long?> ParkAsync(Guid streamId, string? type, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO parked_event (seq_id, stream_id, type)
            SELECT seq_id, stream_id, type FROM mt_events WHERE stream_id = $1 AND ($2 IS NULL OR type = $2) ORDER BY version LIMIT 1
            ON CONFLICT (seq_id) DO NOTHING RETURNING seq_id
            """);
        command.Parameters.Add(new() { Value = streamId });
        command.Parameters.Add(new() { Value = (object?)type ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        return (long?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>A page of the parked streams by id, with the types that stopped them.</summary>
    public async Task<IReadOnlyList<(Guid StreamId, string[] Types)>> PageAsync(Guid after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
             SELECT stream_id, array_agg(type::text) FROM parked_event WHERE stream_id > $1
             GROUP BY stream_id ORDER BY stream_id LIMIT {PageSize}
             """);
        command.Parameters.Add(new() { Value = after });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<(Guid, string[])>();
        while (await rows.ReadAsync(cancellationToken))
        {
            page.Add((rows.GetGuid(0), rows.GetFieldValue<string[]>(1)));
        }

        return page;
    }

    /// <summary>After the stream has been published as it is now. A crash before this publishes it once more.</summary>
    public async Task ReleaseAsync(Guid streamId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM parked_event WHERE stream_id = $1");
        command.Parameters.Add(new() { Value = streamId });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
