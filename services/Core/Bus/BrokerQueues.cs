using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Strava.Core.Bus;

/// <summary>What the broker itself says of queues, over a connection of its own.</summary>
internal sealed class BrokerQueues(Uri broker, string name, TimeProvider clock) : IAsyncDisposable
{
    public static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(5);
    private IConnection? _connection;

    /// <returns>Messages that wait, and consumers; <c>null</c>: there is no such queue.</returns>
    /// <exception cref="Exception">The broker does not answer; the next question connects anew.</exception>
    public async Task<QueueDeclareOk?> AskAsync(string queue, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(AskTimeout);
        try
        {
            _connection ??= await new ConnectionFactory
            {
                Uri = broker,
                ClientProvidedName = name,
                AutomaticRecoveryEnabled = false,
                ContinuationTimeout = AskTimeout,
            }.CreateConnectionAsync(bound.Token);

            // A channel for each question: the broker closes it when there is no such queue.
            await using var channel = await _connection.CreateChannelAsync(cancellationToken: bound.Token);
            return await channel.QueueDeclarePassiveAsync(queue, bound.Token);
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return null;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            // A broken one may wait for an answer that never comes.
            await connection.DisposeAsync().AsTask().WaitAsync(AskTimeout, clock)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
