using RabbitMQ.Client;

namespace Strava.Core.Bus;

/// <summary>
/// The exchanges, queues and dead-letter queues of <see cref="Subscriptions"/>, in MassTransit's naming. Declaring is
/// idempotent; an argument that differs from the broker's is refused by it (406), never silently ignored.
/// </summary>
/// <remarks>
/// Quorum queues with a delivery limit AND a dead-letter exchange: a limit without the exchange drops the message
/// (RabbitMQ 3.10), no limit redelivers a crash-loop message for ever. At-least-once dead-lettering needs overflow =
/// reject-publish.
/// </remarks>
public static class BusTopology
{
    public const string DeadLetterExchange = "strava.dead-letter";
    public const int DeliveryLimit = 20;

    /// <summary>
    /// Messages a queue holds before the broker refuses more; the publishers' logs then wait, nothing is lost.
    /// </summary>
    public const int MaxLength = 5_000_000;

    public static string DeadLetterQueue(string queue) => $"{queue}_dead_letter";

    /// <summary>
    /// Where messages lie that could not be taken: MassTransit puts what threw and what nobody knows into the first
    /// two, the broker what was delivered too often into the last.
    /// </summary>
    public static IReadOnlyList<string> SetAsideQueues(string queue) =>
        [$"{queue}_error", $"{queue}_skipped", DeadLetterQueue(queue)];

    public static IReadOnlyDictionary<string, object?> QueueArguments(string queue) => new Dictionary<string, object?>
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = DeliveryLimit,
        ["x-dead-letter-exchange"] = DeadLetterExchange,
        ["x-dead-letter-routing-key"] = queue,
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
        ["x-max-length"] = MaxLength,
    };

    public static async Task DeclareAsync(Uri broker, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = broker, ClientProvidedName = "topology", AutomaticRecoveryEnabled = false };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync(
            DeadLetterExchange, ExchangeType.Direct, durable: true, cancellationToken: cancellationToken);
        foreach (var subscription in Subscriptions.All)
        {
            await DeclareAsync(channel, subscription, cancellationToken);
        }
    }

    private static async Task DeclareAsync(IChannel channel, Subscription subscription, CancellationToken cancellationToken)
    {
        var (queue, messages) = subscription;
        foreach (var setAside in SetAsideQueues(queue))
        {
            // Those of MassTransit as it declares them itself: with another argument the consumer would break at its
            // first bad message.
            var arguments = setAside == DeadLetterQueue(queue)
                ? new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }
                : new Dictionary<string, object?>(QueueArguments(queue));
            await channel.QueueDeclareAsync(
                setAside, durable: true, exclusive: false, autoDelete: false, arguments,
                cancellationToken: cancellationToken);
        }

        await channel.QueueBindAsync(
            DeadLetterQueue(queue), DeadLetterExchange, queue, cancellationToken: cancellationToken);

        await channel.QueueDeclareAsync(
            queue, durable: true, exclusive: false, autoDelete: false,
            arguments: new Dictionary<string, object?>(QueueArguments(queue)), cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue, queue, string.Empty, cancellationToken: cancellationToken);
        foreach (var message in messages)
        {
            var exchange = $"{message.Namespace}:{message.Name}";
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
            await channel.ExchangeBindAsync(queue, exchange, string.Empty, cancellationToken: cancellationToken);
        }
    }
}
