using Microsoft.Extensions.Caching.Memory;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Activities;

/// <summary>
/// Activities under way as this node last wrote them: the next chunk then takes one round trip, without locking and
/// reading the stream first. Only a hint: if another node or a change of state was faster, the expected version refuses
/// the append, and the chunk goes the long way. Losing an entry costs one round trip.
/// </summary>
internal sealed class OpenActivities : IDisposable
{
    private const int MaxActivities = 100_000;
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MaxActivities });

    /// <summary>
    /// Taken out, so that of two requests at once only one uses it; the figures inside are not for sharing.
    /// </summary>
    public OpenActivity? Take(Guid id)
    {
        if (_cache.Get<OpenActivity>(id) is { } open && open.TryTake())
        {
            _cache.Remove(id);
            return open;
        }

        return null;
    }

    public void Put(Activity activity, TrackStatistics statistics) => _cache.Set(
        activity.Id,
        new OpenActivity(activity, statistics),
        new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = Forgotten });

    public void Dispose() => _cache.Dispose();
}

/// <param name="Activity">As of its version.</param>
/// <param name="Statistics">Its running figures at that version.</param>
internal sealed record OpenActivity(Activity Activity, TrackStatistics Statistics)
{
    private int _taken;

    public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;
}
