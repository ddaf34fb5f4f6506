using Strava.Activities.Activities;
using Strava.Activities.Rebuild;
using Strava.Activities.Relay;
using Strava.Activities.Sharding;
using Strava.Core.Diagnostics;
using Strava.Core.Rebuild;
using Strava.EventStore.Subscriptions;

namespace Strava.Activities;

internal static class ActivityServices
{
    public static void AddActivityStore(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(ActivityEventTypes.All);
        builder.AddShards();
        builder.Services.AddSingleton<OpenActivities>();
        builder.Services.AddSingleton<SavedDetails>();
    }

    public static void AddActivityRelay(this WebApplicationBuilder builder)
    {
        builder.AddSubscriptionGauges("relay")
            .AddStateGauges(new StateGauge(
                "strava.events.parked",
                "{event}",
                "Events that this build cannot read: their activities wait for one that can",
                "SELECT count(*) FROM (SELECT 1 FROM parked_event LIMIT 100000) AS p"));
        builder.AddShardWorker((services, shard) =>
            ActivatorUtilities.CreateInstance<CommitBroadcast>(services, shard.Database, shard.Signal));
        builder.AddShardWorker((services, shard) => ActivatorUtilities.CreateInstance<ActivityRelay>(
            services, shard, ActivatorUtilities.CreateInstance<ReadableStreams>(services, shard)));
    }

    /// <summary>The rows beside the streams can be worked out again; see docs/decisions/0013.</summary>
    public static void AddReadModelRebuild(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services =>
            new Rebuilds([.. services.GetRequiredService<Shards>().All.Select(shard => shard.Database)]));
        builder.AddShardWorker((services, shard) => ActivatorUtilities.CreateInstance<ReadModelRebuild>(services, shard));
    }
}
