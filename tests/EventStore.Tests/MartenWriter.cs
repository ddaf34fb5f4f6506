using Npgsql;
using NpgsqlTypes;

namespace Strava.EventStore.Tests;

/// <summary>Writes as Marten 9 writes, statement by statement, with nothing of ours but the tables.</summary>
internal sealed class MartenWriter(StoreDatabase database)
{
    public static readonly Guid TombstoneStream = new("968a56ec-f275-4c62-b20b-b10e73e3a65c");

    private const string Insert =
        """
        INSERT INTO mt_events (data, type, mt_dotnet_type, seq_id, id, stream_id, version, timestamp, tenant_id, is_archived)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '*DEFAULT*', false)
        """;

    /// <summary>StartStream, any mode: INSERTs in one transaction.</summary>
    public async Task StartStreamAsync(Guid id, string? streamType, params (string Type, string Body)[] events)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new("INSERT INTO mt_streams (id, type, version, tenant_id) VALUES ($1, $2, $3, '*DEFAULT*')")
        {
            Parameters =
            {
                new() { Value = id },
                new() { Value = (object?)streamType ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Varchar },
                new() { Value = (long)events.Length },
            },
        });
        for (var i = 0; i < events.Length; i++)
        {
            batch.BatchCommands.Add(Event(id, i + 1, await NextAsync(), events[i]));
        }

        await batch.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }

    /// <summary>Append, Quick modes: one call of the function.</summary>
    public async Task<long[]> QuickAppendAsync(
        Guid id, long? expectedVersion, string function, params (string Type, string Body)[] events)
    {
#pragma warning disable CA2100 // One of two names.
        await using var command = database.Source.CreateCommand(
            $"SELECT {function}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Varchar });
        command.Parameters.Add(new() { Value = "*DEFAULT*", NpgsqlDbType = NpgsqlDbType.Varchar });
        command.Parameters.Add(new() { Value = Array.ConvertAll(events, _ => Guid.CreateVersion7()) });
        command.Parameters.Add(Texts(Array.ConvertAll(events, e => e.Type), NpgsqlDbType.Varchar));
        command.Parameters.Add(Texts(Array.ConvertAll(events, e => DotNetType(e.Type)), NpgsqlDbType.Varchar));
        command.Parameters.Add(Texts(Array.ConvertAll(events, e => e.Body), NpgsqlDbType.Jsonb));
        command.Parameters.Add(new()
        {
            Value = new byte[]?[events.Length],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
        });
        command.Parameters.Add(new()
        {
            Value = Array.ConvertAll(events, _ => At),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        });
        command.Parameters.Add(new() { Value = (object?)expectedVersion ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        return (long[])(await command.ExecuteScalarAsync())!;
    }

    public Task<long[]> QuickAppendAsync(Guid id, long? expectedVersion, params (string Type, string Body)[] events) =>
        QuickAppendAsync(id, expectedVersion, "mt_quick_append_events", events);

    /// <summary>
    /// Append, Rich: numbers and the row first, then UPDATE and INSERTs, which fail when another was faster.
    /// </summary>
    public async Task RichAppendAsync(Guid id, params (string Type, string Body)[] events)
    {
        var version = await database.ScalarAsync<long>($"SELECT version FROM mt_streams WHERE id = '{id}'");
        var numbers = new List<long>();
        foreach (var _ in events)
        {
            numbers.Add(await NextAsync());
        }

        await using var connection = await database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new("UPDATE mt_streams SET version = $1 WHERE id = $2 AND version = $3")
        {
            Parameters = { new() { Value = version + events.Length }, new() { Value = id }, new() { Value = version } },
        });
        for (var i = 0; i < events.Length; i++)
        {
            batch.BatchCommands.Add(Event(id, version + 1 + i, numbers[i], events[i]));
        }

        await batch.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }

    /// <summary>What Rich mode fills the numbers of failed appends with.</summary>
    public async Task TombstoneAsync(long number)
    {
        await using var batch = database.Source.CreateBatch();
        batch.BatchCommands.Add(new(
            "INSERT INTO mt_streams (id, version, tenant_id) VALUES ($1, 0, '*DEFAULT*') ON CONFLICT DO NOTHING")
        {
            Parameters = { new() { Value = TombstoneStream } },
        });
        batch.BatchCommands.Add(Event(TombstoneStream, number, number, ("tombstone", "{}")));
        await batch.ExecuteNonQueryAsync();
    }

    public Task<long> NextAsync() => database.ScalarAsync<long>("SELECT nextval('mt_events_sequence')");

    public static DateTimeOffset At { get; } = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private static string DotNetType(string type) => type == "tombstone"
        ? "JasperFx.Events.Tombstone, JasperFx.Events"
        : $"Strava.EventStore.Tests.{(type == "counter_started" ? "CounterStarted" : "CounterRaised")}, Strava.EventStore.Tests";

    private static NpgsqlParameter Texts(string[] values, NpgsqlDbType type) =>
        new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };

    private static NpgsqlBatchCommand Event(Guid stream, long version, long number, (string Type, string Body) e) => new(Insert)
    {
        Parameters =
        {
            new() { Value = e.Body, NpgsqlDbType = NpgsqlDbType.Jsonb },
            new() { Value = e.Type },
            new() { Value = DotNetType(e.Type) },
            new() { Value = number },
            new() { Value = Guid.CreateVersion7() },
            new() { Value = stream },
            new() { Value = version },
            new() { Value = At },
        },
    };
}
