using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Strava.EventStore;

/// <summary>A whole stream to be written.</summary>
/// <param name="Id">The stream's.</param>
/// <param name="Events">All of its events.</param>
public sealed record StreamEvents(Guid Id, IReadOnlyList<object> Events);

/// <summary>
/// Many whole streams by binary COPY in one transaction: for imports and replays, where a round trip a stream is what
/// costs. Each stream is written whole or not at all, and the whole batch likewise.
/// </summary>
/// <remarks>
/// Safe to repeat: a stream that exists already, or that another writer is just making, is left as it is and is not
/// among those that were written. Numbers are drawn after the streams' rows are held, as an append does; the relay sees
/// the batch when it commits, so a batch wants to be done within a second or so. No traces are kept.
/// </remarks>
public sealed class BulkAppend(NpgsqlDataSource database, EventTypes types, TimeProvider clock)
{
    private static readonly TimeSpan CopyTimeout = TimeSpan.FromSeconds(15);

    /// <param name="streams">New streams; of two with one id the first counts.</param>
    /// <param name="writeBeside">Writes what is to commit with those that are new, on the same connection.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>The streams that were written; the others exist.</returns>
    public async Task<IReadOnlyList<StreamEvents>> StartAsync(
        IEnumerable<StreamEvents> streams,
        Func<NpgsqlConnection, IReadOnlyList<StreamEvents>, CancellationToken, Task> writeBeside,
        CancellationToken cancellationToken)
    {
        var given = streams.DistinctBy(stream => stream.Id).ToArray();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var claimed = await ClaimAsync(connection, given, cancellationToken);
        var fresh = given.Where(stream => claimed.Contains(stream.Id)).ToArray();
        if (fresh.Length > 0)
        {
            await CopyEventsAsync(connection, fresh, cancellationToken);
            await writeBeside(connection, fresh, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return fresh;
    }

    /// <summary>
    /// The primary key decides who makes a stream. In the order of ids, so that two batches do not wait for each other.
    /// </summary>
    private async Task<HashSet<Guid>> ClaimAsync(NpgsqlConnection connection, StreamEvents[] streams, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO mt_streams (id, type, version) SELECT s.id, $1, s.version FROM unnest($2, $3) AS s (id, version) ORDER BY s.id
            ON CONFLICT DO NOTHING RETURNING id
            """,
            connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = types.StreamAlias },
                new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(streams, stream => stream.Id) },
                new NpgsqlParameter<long[]> { TypedValue = Array.ConvertAll(streams, stream => (long)stream.Events.Count) },
            },
        };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var claimed = new HashSet<Guid>();
        while (await rows.ReadAsync(cancellationToken))
        {
            claimed.Add(rows.GetGuid(0));
        }

        return claimed;
    }

    private async Task CopyEventsAsync(NpgsqlConnection connection, StreamEvents[] streams, CancellationToken cancellationToken)
    {
        var (numbers, now) = await DrawAsync(connection, streams.Sum(stream => stream.Events.Count), cancellationToken);
        await using var rows = await connection.BeginBinaryImportAsync(
            "COPY mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type) FROM STDIN (FORMAT BINARY)",
            cancellationToken);
        rows.Timeout = CopyTimeout;
        var (next, at) = (0, clock.GetUtcNow());
        foreach (var stream in streams)
        {
            for (var i = 0; i < stream.Events.Count; i++)
            {
                var type = types.Of(stream.Events[i]);
                await rows.StartRowAsync(cancellationToken);
                await rows.WriteAsync(numbers[next++], cancellationToken);
                await rows.WriteAsync(Guid.CreateVersion7(at), cancellationToken);
                await rows.WriteAsync(stream.Id, cancellationToken);
                await rows.WriteAsync(i + 1L, cancellationToken);
                await rows.WriteAsync(
                    JsonSerializer.SerializeToUtf8Bytes(stream.Events[i], type.Json), NpgsqlDbType.Jsonb, cancellationToken);
                await rows.WriteAsync(type.Alias, cancellationToken);
                await rows.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
                await rows.WriteAsync(type.DotNetType, cancellationToken);
            }
        }

        await rows.CompleteAsync(cancellationToken);
    }

    /// <returns>Rising numbers, and the transaction's time, which an append's events bear too.</returns>
    private static async Task<(long[] Numbers, DateTime Now)> DrawAsync(
        NpgsqlConnection connection, int count, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT array_agg(n ORDER BY n), now() FROM (SELECT nextval('mt_events_sequence') AS n FROM generate_series(1, $1)) AS drawn",
            connection)
        {
            Parameters = { new NpgsqlParameter<int> { TypedValue = count } },
        };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return (rows.GetFieldValue<long[]>(0), rows.GetDateTime(1));
    }
}
