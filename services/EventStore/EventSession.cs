using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Strava.Core.Diagnostics;

namespace Strava.EventStore;

/// <summary>
/// One unit of work: events and the rows that must commit with them. Everything queued goes to the server in one batch, hence
/// one round trip and one transaction; a stream locked first costs one more.
/// </summary>
/// <remarks>
/// BEGIN and COMMIT travel inside the batches. A batch without them is one implicit transaction: Npgsql sends a single Sync.
/// If the connection breaks before the answer to COMMIT, the outcome is unknown: callers repeat, and their natural keys
/// (stream and version, activity and chunk) tell whether it was done.
/// </remarks>
public sealed class EventSession(NpgsqlConnection connection, EventTypes types, TimeProvider clock) : IAsyncDisposable
{
    private const string InsertEvents =
        """
        INSERT INTO mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type)
        SELECT nextval('mt_events_sequence'), e.id, $1, $2 + e.n, e.data, e.type, now(), e.dotnet_type
        FROM unnest($3, $4, $5, $6) WITH ORDINALITY AS e (id, data, type, dotnet_type, n)
        """;

    private const string InsertTracedEvents =
        $"WITH e AS ({InsertEvents} RETURNING seq_id) INSERT INTO event_trace (seq_id, trace_parent) SELECT seq_id, $7 FROM e";

    private readonly NpgsqlBatch _batch = new(connection);
    private bool _locked;

    /// <summary>The batch that <see cref="SaveChangesAsync"/> sends: rows of ours are added to it.</summary>
    public NpgsqlBatch Batch => _batch;

    /// <summary>
    /// Opens the transaction with queries of which the first locks a stream's row (<c>FOR UPDATE</c>): concurrent writers of one
    /// stream queue here instead of racing, and all succeed. Read the answers to their end before going on.
    /// </summary>
    public async Task<NpgsqlDataReader> LockAsync(IEnumerable<NpgsqlBatchCommand> queries, CancellationToken cancellationToken)
    {
        _locked = true;
        var begin = new NpgsqlBatch(connection) { BatchCommands = { new("BEGIN") } };
        foreach (var query in queries)
        {
            begin.BatchCommands.Add(query);
        }

        return await begin.ExecuteReaderAsync(cancellationToken);
    }

    /// <summary>Begins a stream. A stream that exists already fails the whole unit with <see cref="StreamExistsException"/>.</summary>
    public void StartStream(Guid streamId, IReadOnlyList<object> events)
    {
        _batch.BatchCommands.Add(new("INSERT INTO mt_streams (id, type, version) VALUES ($1, $2, $3)")
        {
            Parameters =
            {
                new() { Value = streamId },
                new() { Value = types.StreamAlias },
                new() { Value = (long)events.Count },
            },
        });
        Insert(streamId, versionBefore: 0, events);
    }

    /// <summary>
    /// Appends after <paramref name="expectedVersion"/>. If somebody else (a Marten writer, which takes no lock) was faster, the
    /// unique index on (stream, version) fails the whole unit with <see cref="ConcurrencyException"/>.
    /// </summary>
    public void Append(Guid streamId, long expectedVersion, IReadOnlyList<object> events)
    {
        _batch.BatchCommands.Add(new("UPDATE mt_streams SET version = $2, timestamp = now() WHERE id = $1")
        {
            Parameters = { new() { Value = streamId }, new() { Value = expectedVersion + events.Count } },
        });
        Insert(streamId, expectedVersion, events);
    }

    /// <exception cref="StreamExistsException">The stream begun here exists.</exception>
    /// <exception cref="ConcurrencyException">The stream has moved past the expected version.</exception>
    public async Task SaveChangesAsync(CancellationToken cancellationToken)
    {
        if (_locked)
        {
            _batch.BatchCommands.Add(new("COMMIT"));
        }

        try
        {
            await _batch.ExecuteNonQueryAsync(cancellationToken);
            _locked = false;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Only these two constraints speak of streams; any other unique violation belongs to the caller's own rows.
            throw exception.ConstraintName switch
            {
                "pkey_mt_streams_id" => new StreamExistsException(exception),
                "pk_mt_events_stream_and_version" => new ConcurrencyException(exception),
                _ => exception,
            };
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_locked && connection.State == System.Data.ConnectionState.Open)
        {
            await using var rollback = new NpgsqlCommand("ROLLBACK", connection);
            await rollback.ExecuteNonQueryAsync();
        }

        await _batch.DisposeAsync();
        await connection.DisposeAsync();
    }

    private void Insert(Guid streamId, long versionBefore, IReadOnlyList<object> events)
    {
        var now = clock.GetUtcNow();
        var ids = new Guid[events.Count];
        var bodies = new string[events.Count];
        var aliases = new string[events.Count];
        var dotnetTypes = new string[events.Count];
        for (var i = 0; i < events.Count; i++)
        {
            var type = types.Of(events[i]);
            ids[i] = Guid.CreateVersion7(now);
            bodies[i] = JsonSerializer.Serialize(events[i], type.Json);
            aliases[i] = type.Alias;
            dotnetTypes[i] = type.DotNetType;
        }

        var insert = new NpgsqlBatchCommand(InsertEvents)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = streamId },
                new NpgsqlParameter<long> { TypedValue = versionBefore },
                new NpgsqlParameter<Guid[]> { TypedValue = ids },
                new NpgsqlParameter<string[]> { TypedValue = bodies, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
                new NpgsqlParameter<string[]> { TypedValue = aliases },
                new NpgsqlParameter<string[]> { TypedValue = dotnetTypes },
            },
        };
        if (Tracing.Current is { } trace)
        {
            insert.CommandText = InsertTracedEvents;
            insert.Parameters.Add(new() { Value = trace });
        }

        _batch.BatchCommands.Add(insert);
    }
}

/// <summary>A stream of this id exists already.</summary>
public sealed class StreamExistsException(Exception inner) : Exception("The stream exists already.", inner);

/// <summary>The stream moved on since it was read: read it again and decide anew.</summary>
public sealed class ConcurrencyException(Exception inner) : Exception("The stream has a newer version.", inner);
