using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Strava.Contracts.Messages;
using Strava.Core.Bus;
using Strava.Core.Diagnostics;

namespace Strava.Core.Outbox;

/// <summary>
/// Messages written in the transaction that causes them. A row is state, not a position: it is there until the broker
/// has confirmed it, so that no commit order and no gap can hide one.
/// </summary>
public static class OutboxTable
{
    /// <summary>Adds a message to a batch; it leaves only if the batch's transaction commits.</summary>
    public static void AddOutgoing<TMessage>(this NpgsqlBatch batch, Guid key, TMessage message)
        where TMessage : class =>
        batch.BatchCommands.Add(new("INSERT INTO outbox (key, type, body, trace_parent) VALUES ($1, $2, $3, $4)")
        {
            Parameters =
            {
                new() { Value = key },
                new() { Value = typeof(TMessage).Name },
                new() { Value = JsonSerializer.Serialize(message), NpgsqlDbType = NpgsqlDbType.Jsonb },
                new() { Value = (object?)Tracing.Current ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            },
        });

    internal static OutgoingMessage Read(long id, Guid key, string type, string body)
    {
        var messageType = typeof(ActivityCompleted).Assembly.GetType($"{typeof(ActivityCompleted).Namespace}.{type}")
            ?? throw new InvalidOperationException($"The outbox holds a message of the unknown type {type}.");
        return new OutgoingMessage(key, id, JsonSerializer.Deserialize(body, messageType)!);
    }
}
