using Strava.Activities.Sharding;

namespace Strava.Activities.Live;

internal static class LiveServices
{
    /// <summary>Live posts between their receipt and their stream.</summary>
    public static void AddLiveBuffer(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<LiveOptions>().BindConfiguration(LiveOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.AddShardWorker((services, shard) => ActivatorUtilities.CreateInstance<LiveFolder>(services, shard));
    }
}
