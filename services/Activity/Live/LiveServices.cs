using Strava.Activities.Sharding;
using Strava.ServiceDefaults;

namespace Strava.Activities.Live;

internal static class LiveServices
{
    /// <summary>Live posts between their receipt and their stream.</summary>
    public static void AddLiveBuffer(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<LiveOptions>().BindSettings(LiveOptions.Section);
        builder.AddShardWorker((services, shard) => ActivatorUtilities.CreateInstance<LiveFolder>(services, shard));
    }
}
