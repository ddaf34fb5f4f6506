using System.Security.Cryptography;
using System.Text;
using MassTransit;
using Strava.Core.Diagnostics;

namespace Strava.Core.Bus;

/// <summary>A message on its way out.</summary>
/// <param name="Key">Messages of one key leave in their order; others in parallel.</param>
/// <param name="Version">With the key and the type it names the message: a repeat carries the same message id.</param>
/// <param name="Body">One of <c>Strava.Contracts.Messages</c>.</param>
public sealed record OutgoingMessage(Guid Key, long Version, object Body)
{
    /// <summary>The trace of the request that caused it; <c>null</c>: none was recorded.</summary>
    public string? TraceParent { get; init; }

    /// <summary>When its cause was stored, by the database's clock; consumers measure their delay from it.</summary>
    public DateTimeOffset? CommittedAt { get; init; }
}

/// <summary>Publishes and waits for the broker's confirm: when a call returns, the messages are in every subscriber's queue.</summary>
public sealed class ConfirmedPublisher(IBus bus, Uri broker, TimeProvider clock)
{
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Call before the first publish of a term: queues must exist before a message can be kept in them.</summary>
    public async Task DeclareTopologyAsync(CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(ConfirmTimeout);
        await BusTopology.DeclareAsync(broker, bound.Token);
    }

    /// <summary>Publishes all, in parallel between keys and in order within one.</summary>
    /// <exception cref="Exception">Not all were confirmed in time; some may have been: repeat all of them.</exception>
    public async Task PublishAsync(IEnumerable<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(ConfirmTimeout);
        await Task.WhenAll(messages.GroupBy(message => message.Key).Select(key => PublishInOrderAsync(key, bound.Token)));
    }

    private async Task PublishInOrderAsync(IEnumerable<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        foreach (var message in messages)
        {
            using var trace = Tracing.Continue("publish", message.TraceParent);
            await bus.Publish(
                message.Body,
                message.Body.GetType(),
                Pipe.Execute<PublishContext>(context =>
                {
                    context.MessageId = MessageId(message);
                    // Unroutable means that the queues are gone (a wiped broker): an error here, never a silent drop.
                    context.Mandatory = true;
                    if (message.CommittedAt is { } at)
                    {
                        context.Headers.Set(ProjectorDelay.CommittedAtHeader, ProjectorDelay.Format(at));
                    }
                }),
                cancellationToken).WaitAsync(cancellationToken);
            if (message.CommittedAt is { } committedAt)
            {
                Measured.PublishDelay.Record((clock.GetUtcNow() - committedAt).TotalSeconds);
            }
        }
    }

    private static Guid MessageId(OutgoingMessage message) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{message.Body.GetType().Name}/{message.Key}/{message.Version}")).AsSpan(0, 16));
}
