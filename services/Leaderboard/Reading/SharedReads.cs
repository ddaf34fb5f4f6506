using System.Collections.Concurrent;

namespace Strava.Leaderboards.Reading;

/// <summary>
/// One read of a key at a time: who asks meanwhile gets what the first one gets. So what has just expired, or was not
/// asked for in a while, costs one read, however many come for it at once. It goes on when the first has gone; the read
/// has a bound of its own.
/// </summary>
internal sealed class SharedReads<TKey, TValue>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TaskCompletionSource<TValue>> _underWay = new();

    public Task<TValue> ReadAsync(TKey key, Func<Task<TValue>> read, CancellationToken cancellationToken)
    {
        // Answered on threads of their own: nobody waits for what another does with it.
        var mine = new TaskCompletionSource<TValue>(TaskCreationOptions.RunContinuationsAsynchronously);
        var shared = _underWay.GetOrAdd(key, mine);
        if (shared == mine)
        {
            _ = FillAsync(key, mine, read);
        }

        return shared.Task.WaitAsync(cancellationToken);
    }

    // Never throws: its faults are the askers'.
    private async Task FillAsync(TKey key, TaskCompletionSource<TValue> mine, Func<Task<TValue>> read)
    {
        try
        {
            var value = await read();
            _underWay.TryRemove(key, out _);
            mine.SetResult(value);
        }
        catch (Exception fault)
        {
            _underWay.TryRemove(key, out _);
            mine.SetException(fault);
        }
    }
}
