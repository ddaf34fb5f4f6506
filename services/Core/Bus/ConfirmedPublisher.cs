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

/// <summary>
/// Publishes and waits for the broker's confirm: when a call returns, the messages are in every subscriber's queue.
/// </summary>
public sealed class ConfirmedPublisher(Uri broker, TimeProvider clock) : IAsyncDisposable
{
    private const int MaxUnconfirmed = 1_000;
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(3);

    // Handed to the bus and not ended, those that nobody waits for any more too.
    private int _unconfirmed;

    // A bus of its own beside the consumers': only the one term at a time that publishes touches it.
    private IBusControl? _bus;

    /// <summary>
    /// Call before the first publish of a term: queues must exist before a message can be kept in them.
    /// </summary>
    /// <exception cref="TimeoutException">The broker has not answered in time.</exception>
    public async Task DeclareTopologyAsync(CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(ConfirmTimeout);
        // Awaited twice bounded: closing a broken connection may itself wait for an answer that never comes.
        await WithinAsync(BusTopology.DeclareAsync(broker, bound.Token), "declared the queues", cancellationToken);
    }

    /// <summary>Publishes all, in parallel between keys and in order within one.</summary>
    /// <exception cref="Exception">Not all were confirmed in time; some may have been: repeat all of them.</exception>
    public async Task PublishAsync(IEnumerable<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _unconfirmed) > MaxUnconfirmed)
        {
            throw new TimeoutException("The bus still holds messages that the broker has not confirmed.");
        }

        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var bus = await OpenBusAsync(cancellationToken);
            var all = Task.WhenAll(
                messages.GroupBy(message => message.Key).Select(key => PublishInOrderAsync(bus, key, giveUp.Token)));
            await WithinAsync(all, "confirmed all messages", cancellationToken);
        }
        catch
        {
            await giveUp.CancelAsync();
            await ForgetBusAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await ForgetBusAsync();

    private async Task<IBusControl> OpenBusAsync(CancellationToken cancellationToken)
    {
        if (_bus is null)
        {
            _bus = MassTransit.Bus.Factory.CreateUsingRabbitMq(rabbit => rabbit.Host(broker));
            await WithinAsync(_bus.StartAsync(CancellationToken.None), "let us in", cancellationToken);
        }

        return _bus;
    }

    /// <summary>
    /// A bus that lost its broker in the wrong moment may never publish again, nor be stopped (MassTransit 8.4.0):
    /// after a fault the next publish begins with a new one, and this one is left to end by itself.
    /// </summary>
    private async Task ForgetBusAsync()
    {
        if (_bus is { } bus)
        {
            _bus = null;
            await bus.StopAsync(CancellationToken.None).WaitAsync(StopTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PublishInOrderAsync(
        IBusControl bus, IEnumerable<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        foreach (var message in messages)
        {
            using var trace = Tracing.Continue("publish", message.TraceParent);
            // Not cancelled, only no longer waited for: cancelling a publish while the broker is coming back left the
            // bus of MassTransit 8.4 unable to publish ever again. What it sends late is a repeat, and repeats are
            // harmless.
            var publish = bus.Publish(
                message.Body,
                message.Body.GetType(),
                Pipe.Execute<PublishContext>(context => Describe(context, message)),
                CancellationToken.None);
            Count(publish);
            await publish.WaitAsync(cancellationToken);
            if (message.CommittedAt is { } committedAt)
            {
                Measured.PublishDelay.Record((clock.GetUtcNow() - committedAt).TotalSeconds);
            }
        }
    }

    private static void Describe(PublishContext context, OutgoingMessage message)
    {
        context.MessageId = MessageId(message);
        // Unroutable means that the queues are gone (a wiped broker): an error here, never a silent drop. What no queue
        // of ours takes is for those who bring one along.
        context.Mandatory = !Subscriptions.ToldOutside.Contains(message.Body.GetType());
        if (message.CommittedAt is { } at)
        {
            context.Headers.Set(ProjectorDelay.CommittedAtHeader, ProjectorDelay.Format(at));
        }
    }

    private void Count(Task publish)
    {
        Interlocked.Increment(ref _unconfirmed);
        _ = publish.ContinueWith(
            ended =>
            {
                _ = ended.Exception;
                Interlocked.Decrement(ref _unconfirmed);
            },
            TaskScheduler.Default);
    }

    private static async Task WithinAsync(Task task, string what, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(ConfirmTimeout, cancellationToken);
        }
        catch (Exception exception)
            when (exception is TimeoutException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The broker has not {what} within {ConfirmTimeout.TotalSeconds} s.", exception);
        }
    }

    private static Guid MessageId(OutgoingMessage message) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{message.Body.GetType().Name}/{message.Key}/{message.Version}")).AsSpan(0, 16));
}
