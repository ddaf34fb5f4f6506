namespace Strava.EventStore;

/// <summary>
/// Wakes the subscriptions of this process after a commit, so that an event leaves in milliseconds; commits of other processes are
/// found by polling. A signal between two waits is kept, any number of them as one.
/// </summary>
public sealed class CommitSignal : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    public void Committed()
    {
        if (_signal.CurrentCount == 0)
        {
            try
            {
                _signal.Release();
            }
            catch (SemaphoreFullException)
            {
                // Another commit set it at the same moment.
            }
        }
    }

    /// <returns>After a commit of this process, or after <paramref name="atMost"/>.</returns>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _signal.WaitAsync(atMost, cancellationToken);

    public void Dispose() => _signal.Dispose();
}
