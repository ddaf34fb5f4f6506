using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Strava.Core.Bus;
using Strava.Core.Diagnostics;
using Strava.Core.Leases;

namespace Strava.Core.Outbox;

public static class OutboxExtensions
{
    /// <param name="builder">The service.</param>
    /// <param name="declaresQueues">False where nobody's queue waits for what this service says: it may then declare
    /// none.</param>
    public static WebApplicationBuilder AddOutboxRelay(this WebApplicationBuilder builder, bool declaresQueues = true)
    {
        // Its own, because a rebuild's questions may leave at the same time.
        builder.Services.AddKeyedSingleton(nameof(OutboxRelay), (services, _) => MessageBus.NewPublisher(services));
        builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<OutboxRelay>(
            services,
            services.GetRequiredKeyedService<ConfirmedPublisher>(nameof(OutboxRelay)),
            new OutboxQueues(declaresQueues)));
        return builder.AddStateGauges(
            new("strava.outbox.depth", "{message}", "Messages that wait for the broker", "SELECT count(*) FROM outbox"),
            new(
                "strava.outbox.lag.seconds",
                "s",
                "Age of the oldest message that waits for the broker",
                "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 FROM outbox"));
    }
}

/// <summary>Whether the relay declares the subscribers' queues before its first message.</summary>
internal sealed record OutboxQueues(bool AreDeclared);

/// <summary>
/// Publishes the outbox and removes what the broker has confirmed. A crash between the two publishes again: consumers
/// are idempotent. A zombie that lost the lease can only repeat: rows are removed by id, after their confirm.
/// </summary>
internal sealed class OutboxRelay(
    NpgsqlDataSource database, ConfirmedPublisher publisher, OutboxQueues queues, ILogger<OutboxRelay> log)
    : LeasedWorker(database, log)
{
    private const int BatchSize = 200;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private readonly NpgsqlDataSource _database = database;

    protected override string LeaseName => "outbox";

    protected override async Task WorkAsync(LeaseTerm term, CancellationToken whileOwner)
    {
        if (queues.AreDeclared)
        {
            await publisher.DeclareTopologyAsync(whileOwner);
        }

        while (true)
        {
            var (ids, messages) = await ReadAsync(whileOwner);
            if (ids.Length == 0)
            {
                await Task.Delay(PollInterval, whileOwner);
                continue;
            }

            await publisher.PublishAsync(messages, whileOwner);
            await RemoveAsync(ids, whileOwner);
        }
    }

    private async Task<(long[] Ids, List<OutgoingMessage> Messages)> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(
            "SELECT id, key, type, body, trace_parent, created_at FROM outbox ORDER BY id LIMIT $1");
        command.Parameters.Add(new() { Value = BatchSize });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<long>();
        var messages = new List<OutgoingMessage>();
        while (await rows.ReadAsync(cancellationToken))
        {
            ids.Add(rows.GetInt64(0));
            messages.Add(OutboxTable.Read(rows.GetInt64(0), rows.GetGuid(1), rows.GetString(2), rows.GetString(3)) with
            {
                TraceParent = await rows.IsDBNullAsync(4, cancellationToken) ? null : rows.GetString(4),
                CommittedAt = rows.GetFieldValue<DateTimeOffset>(5),
            });
        }

        return ([.. ids], messages);
    }

    private async Task RemoveAsync(long[] ids, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand("DELETE FROM outbox WHERE id = ANY($1)");
        command.Parameters.Add(new() { Value = ids });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
