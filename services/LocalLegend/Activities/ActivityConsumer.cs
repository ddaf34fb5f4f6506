using MassTransit;
using Strava.Contracts.Messages;
using Strava.Core.Bus;
using Strava.Core.Rebuild;
using Strava.LocalLegends.Efforts;

namespace Strava.LocalLegends.Activities;

internal static class ActivitiesExtensions
{
    public static WebApplicationBuilder AddActivities(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ActivityRows>();
        return builder.AddRebuild<ActivityRows>(Subscriptions.LocalLegend, MatchMarks.MarkAll);
    }

    public static void AddActivityConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<ActivityConsumer>();
        bus.AddRebuildConsumer<ActivityRows>();
    }
}

internal sealed class ActivityConsumer(ActivityRows rows) :
    IConsumer<ActivityCompleted>, IConsumer<ActivityRevised>, IConsumer<ActivityDeleted>, IConsumer<ActivityTrackPublished>
{
    public Task Consume(ConsumeContext<ActivityCompleted> context) =>
        rows.RecordAsync(context.Message.Activity, context.CancellationToken);

    public Task Consume(ConsumeContext<ActivityRevised> context) =>
        rows.RecordAsync(context.Message.Activity, context.CancellationToken);

    public Task Consume(ConsumeContext<ActivityDeleted> context) =>
        rows.DeleteAsync(context.Message, context.CancellationToken);

    public Task Consume(ConsumeContext<ActivityTrackPublished> context) =>
        rows.RecordTrackAsync(context.Message, context.CancellationToken);
}
