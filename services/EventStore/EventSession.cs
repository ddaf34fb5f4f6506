using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Strava.Core.Diagnostics;

namespace Strava.EventStore;

/// <summary>
/// One unit of work: events and the rows that must commit with them. Everything queued goes to the server in one batch,
/// hence one round trip and one transaction; a stream locked first costs one more.
/// </summary>
/// <remarks>
/// BEGIN and COMMIT travel inside the batches. A batch without them is one implicit transaction: Npgsql sends a single
/// Sync. If the connection breaks before the answer to COMMIT, the outcome is unknown: callers repeat, and their
/// natural keys (stream and version, activity and chunk) tell whether it was done.
/// </remarks>
public sealed class EventSession(NpgsqlConnection connection, EventTypes types, TimeProvider clock) : IAsyncDisposable
{
    private readonly NpgsqlBatch _batch = new(connection);
    private readonly List<(Guid StreamId, long? Expected)> _appends = [];
    private bool _locked;

    /// <summary>The batch that <see cref="SaveChangesAsync"/> sends: rows of ours are added to it.</summary>
    public NpgsqlBatch Batch => _batch;

    /// <summary>
    /// Opens the transaction with queries of which the first locks a stream's row (<c>FOR UPDATE</c>): concurrent
    /// writers of one stream queue here instead of racing, and all succeed. Read the answers to their end before going
    /// on.
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

    /// <summary>
    /// Begins a stream. A stream that exists already fails the whole unit with <see cref="StreamExistsException"/>.
    /// </summary>
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
        var sql = Tracing.Current is null ? AppendStatements.Start : AppendStatements.StartTraced;
        Add(streamId, number: 0, events, expectedVersion: null, sql);
    }

    /// <summary>
    /// Appends after <paramref name="expectedVersion"/>. If somebody else was faster, the whole unit fails with
    /// <see cref="ConcurrencyException"/>: by the stream's row, or by the unique index on (stream, version) where a
    /// Marten writer has not moved the row yet.
    /// </summary>
    public void Append(Guid streamId, long expectedVersion, IReadOnlyList<object> events)
    {
        _appends.Add((streamId, expectedVersion));
        if (events.Count == 1 && Tracing.Current is null)
        {
            AddOne(streamId, events[0], expectedVersion, AppendStatements.AppendOneAfterExpected);
            return;
        }

        var sql = Tracing.Current is null ? AppendStatements.AppendAfterExpected : AppendStatements.AppendAfterExpectedTraced;
        Add(streamId, events.Count, events, expectedVersion, sql);
    }

    /// <summary>
    /// Appends after whatever is there: one statement that queues at the stream's row. It fails only when a writer that
    /// does not queue (Marten) raced this one; <see cref="EventAppender"/> then repeats.
    /// </summary>
    public void Append(Guid streamId, IReadOnlyList<object> events)
    {
        _appends.Add((streamId, null));
        if (events.Count == 1 && Tracing.Current is null)
        {
            AddOne(streamId, events[0], expectedVersion: null, AppendStatements.AppendOneAfterAny);
            return;
        }

        var sql = Tracing.Current is null ? AppendStatements.AppendAfterAny : AppendStatements.AppendAfterAnyTraced;
        Add(streamId, events.Count, events, expectedVersion: null, sql);
    }

    /// <exception cref="StreamExistsException">The stream begun here exists.</exception>
    /// <exception cref="ConcurrencyException">The stream is not at the expected version.</exception>
    /// <exception cref="StreamMissingException">There is no stream to append to.</exception>
    /// <exception cref="StreamArchivedException">The stream is archived.</exception>
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
        catch (PostgresException exception) when (exception is
        {
            SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "pkey_mt_streams_id"
        })
        {
            throw new StreamExistsException(exception);
        }
        catch (PostgresException exception) when (IsRefusedAppend(exception))
        {
            throw await WhyAsync(exception, cancellationToken);
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

    // Only these speak of streams; any other violation belongs to the caller's own rows.
    private static bool IsRefusedAppend(PostgresException exception) => exception is
    { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "pk_mt_events_stream_and_version" }
        or { SqlState: PostgresErrorCodes.NotNullViolation, TableName: "mt_events", ColumnName: "version" };

    /// <summary>The unit has been rolled back: what is asked now is what stands.</summary>
    private async Task<Exception> WhyAsync(PostgresException refusal, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("ROLLBACK"),
                new("SELECT id, version, is_archived IS TRUE FROM mt_streams WHERE id = ANY($1)")
                {
                    Parameters = { new() { Value = _appends.Select(append => append.StreamId).Distinct().ToArray() } },
                },
            },
        };
        _locked = false;
        var found = new Dictionary<Guid, (long Version, bool IsArchived)>();
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            found.Add(rows.GetGuid(0), (rows.GetInt64(1), rows.GetBoolean(2)));
        }

        foreach (var (streamId, expected) in _appends)
        {
            if (!found.TryGetValue(streamId, out var stream))
            {
                return new StreamMissingException(streamId, refusal);
            }

            if (stream.IsArchived)
            {
                return new StreamArchivedException(streamId, refusal);
            }

            if (expected is { } version && version != stream.Version)
            {
                return new ConcurrencyException(streamId, version, stream.Version, refusal);
            }
        }

        // A writer that does not move the row first: the index refused, the row may say nothing of it.
        var (id, at) = _appends.FirstOrDefault();
        return new ConcurrencyException(id, at, found.GetValueOrDefault(id).Version, refusal);
    }

    private void AddOne(Guid streamId, object @event, long? expectedVersion, string sql)
    {
        var type = types.Of(@event);
        var insert = new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = streamId },
                new NpgsqlParameter<long> { TypedValue = 1 },
                new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7(clock.GetUtcNow()) },
                new NpgsqlParameter<byte[]>
                {
                    TypedValue = JsonSerializer.SerializeToUtf8Bytes(@event, type.Json),
                    NpgsqlDbType = NpgsqlDbType.Jsonb,
                },
                new NpgsqlParameter<string> { TypedValue = type.Alias },
                new NpgsqlParameter<string> { TypedValue = type.DotNetType },
            },
        };
        if (expectedVersion is { } expected)
        {
            insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = expected });
        }

        _batch.BatchCommands.Add(insert);
    }

    private void Add(Guid streamId, long number, IReadOnlyList<object> events, long? expectedVersion, string sql)
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

        var insert = new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = streamId },
                new NpgsqlParameter<long> { TypedValue = number },
                new NpgsqlParameter<Guid[]> { TypedValue = ids },
                new NpgsqlParameter<string[]> { TypedValue = bodies, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
                new NpgsqlParameter<string[]> { TypedValue = aliases },
                new NpgsqlParameter<string[]> { TypedValue = dotnetTypes },
            },
        };
        if (expectedVersion is { } expected)
        {
            insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = expected });
        }

        if (Tracing.Current is { } trace)
        {
            insert.Parameters.Add(new() { Value = trace });
        }

        _batch.BatchCommands.Add(insert);
    }
}
