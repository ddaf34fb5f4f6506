using Microsoft.Extensions.Caching.Memory;
using Strava.Contracts.Rest;

namespace Strava.Activities.Activities;

/// <summary>
/// Details of saved activities. Those of one version never change, so they are worked out once; whoever asks has passed
/// the viewing policy before. Nothing has to be thrown away when an activity changes: it has another version then.
/// </summary>
internal sealed class SavedDetails : IDisposable
{
    /// <summary>About 64 MB: the route is nearly all of an answer.</summary>
    private const long MaxCharacters = 32_000_000;

    private const int CharactersBesideTheRoute = 4_000;

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MaxCharacters });

    public ActivityDetails? Find(Guid id, long version) => _cache.Get<ActivityDetails>((id, version));

    public void Keep(ActivityDetails details) => _cache.Set(
        (details.Id, details.Version),
        details,
        new MemoryCacheEntryOptions { Size = details.Route.Polyline.Length + CharactersBesideTheRoute });

    public void Dispose() => _cache.Dispose();
}
