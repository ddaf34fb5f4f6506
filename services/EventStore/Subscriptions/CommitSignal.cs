namespace Strava.EventStore;

/// <summary>
/// Wakes the subscriptions of this process after a commit, so that an event leaves in milliseconds. A signal between
/// two waits is kept, any number of them as one. Polling stands behind it: a lost signal costs one interval.
/// </summary>
public sealed class CommitSignal : IDisposable
{
    private readonly SemaphoreSlim _woken = new(0, 1);
    private readonly SemaphoreSlim _toBeTold = new(0, 1);

    /// <summary>This process has committed: its own subscriptions wake, and the other nodes are told soon.</summary>
    public void Committed()
    {
        Set(_woken);
        Set(_toBeTold);
    }

    /// <summary>Another node has committed.</summary>
    public void Heard() => Set(_woken);

    /// <returns>After a commit, or after <paramref name="atMost"/>.</returns>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _woken.WaitAsync(atMost, cancellationToken);

    /// <returns>After a commit of this process that the others have not been told of.</returns>
    public Task WaitToTellAsync(CancellationToken cancellationToken) => _toBeTold.WaitAsync(cancellationToken);

    public void Dispose()
    {
        _woken.Dispose();
        _toBeTold.Dispose();
    }

    private static void Set(SemaphoreSlim signal)
    {
        if (signal.CurrentCount == 0)
        {
            try
            {
                signal.Release();
            }
            catch (SemaphoreFullException)
            {
                // Another commit set it at the same moment.
            }
        }
    }
}
