using Strava.Activities.Activities;
using Strava.Activities.Imports;
using Strava.Activities.Relay;
using Strava.Activities.Viewing;
using Strava.Core.Diagnostics;
using Strava.EventStore;
using Strava.EventStore.Subscriptions;

namespace Strava.Activities;

internal static class ActivityServices
{
    public static void AddActivityStore(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(ActivityEventTypes.All);
        builder.Services.AddSingleton<EventReader>();
        builder.Services.AddSingleton<CommitSignal>();
        builder.Services.AddSingleton<ActivityStore>();
        builder.Services.AddSingleton<OpenActivities>();
        builder.Services.AddSingleton<SavedDetails>();
        builder.Services.AddSingleton<RecordingStore>();
        builder.Services.AddSingleton<ImportStore>();
        builder.Services.AddSingleton<ViewingPolicy>();
    }

    public static void AddActivityRelay(this WebApplicationBuilder builder) =>
        builder.AddSubscriptionGauges("relay")
            .AddStateGauges(new StateGauge(
                "strava.events.parked",
                "{event}",
                "Events that this build cannot read: their activities wait for one that can",
                "SELECT count(*) FROM (SELECT 1 FROM parked_event LIMIT 100000) AS p"))
            .Services.AddSingleton<ParkedStreams>().AddSingleton<SummaryRepair>().AddSingleton<ReadableStreams>()
            .AddHostedService<CommitBroadcast>().AddHostedService<ActivityRelay>();
}
