using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Strava.Activities.Activities;

namespace Strava.Bench.Store;

/// <summary>
/// The same rows as the store writes, as a hand-written batch: bodies encoded beforehand, every statement prepared.
/// </summary>
internal static class RawRows
{
    public const string InsertEvent =
        """
        INSERT INTO mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type)
        VALUES (nextval('mt_events_sequence'), $1, $2, $3, $4, $5, now(), $6)
        """;

    /// <summary>One connection a worker, held all the time; they end with the program.</summary>
    public static async Task<NpgsqlConnection[]> OpenAsync(NpgsqlDataSource database, int count) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => database.OpenConnectionAsync().AsTask()));

    /// <summary>Alias, CLR name and JSON of an event body.</summary>
    public static (string Alias, string DotNetType, string Json) Encode(object body)
    {
        var type = ActivityEventTypes.All.Of(body);
        return (type.Alias, type.DotNetType, JsonSerializer.Serialize(body, type.Json));
    }

    public static NpgsqlBatchCommand Event(Guid stream, long version, (string Alias, string DotNetType, string Json) body) => new(InsertEvent)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7() },
            new NpgsqlParameter<Guid> { TypedValue = stream },
            new NpgsqlParameter<long> { TypedValue = version },
            new NpgsqlParameter<string> { TypedValue = body.Json, NpgsqlDbType = NpgsqlDbType.Jsonb },
            new NpgsqlParameter<string> { TypedValue = body.Alias },
            new NpgsqlParameter<string> { TypedValue = body.DotNetType },
        },
    };

    public static NpgsqlBatchCommand Stream(Guid stream, long version) =>
        new("INSERT INTO mt_streams (id, type, version) VALUES ($1, 'activity', $2)")
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = stream }, new NpgsqlParameter<long> { TypedValue = version } },
        };

    public static NpgsqlBatchCommand Chunk(Guid activity, long sequence, byte[] contentHash) =>
        new("INSERT INTO route_chunk (activity_id, sequence, content_hash) VALUES ($1, $2, $3)")
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = activity },
                new NpgsqlParameter<long> { TypedValue = sequence },
                new NpgsqlParameter<byte[]> { TypedValue = contentHash },
            },
        };

    public static NpgsqlBatchCommand StreamVersion(Guid stream, long version) =>
        new("UPDATE mt_streams SET version = $2, timestamp = now() WHERE id = $1")
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = stream }, new NpgsqlParameter<long> { TypedValue = version } },
        };
}
