using MassTransit;
using Strava.Contracts.Messages;
using Strava.Core.Bus;
using Strava.Core.Rebuild;

namespace Strava.Feeds.Projection;

/// <summary>
/// Hands each message to the projection. The broker's acknowledgement follows the commit, never the other way round.
/// </summary>
internal sealed class FeedConsumer(FeedProjection projection) :
    IConsumer<ActivityCompleted>,
    IConsumer<ActivityRevised>,
    IConsumer<ActivityDeleted>,
    IConsumer<AthleteProfileChanged>,
    IConsumer<FriendshipChanged>
{
    public Task Consume(ConsumeContext<ActivityCompleted> context) =>
        projection.ApplyAsync(context.Message.Activity, context.CancellationToken);

    public Task Consume(ConsumeContext<ActivityRevised> context) =>
        projection.ApplyAsync(context.Message.Activity, context.CancellationToken);

    public Task Consume(ConsumeContext<ActivityDeleted> context) =>
        projection.ApplyAsync(context.Message, context.CancellationToken);

    public Task Consume(ConsumeContext<AthleteProfileChanged> context) =>
        projection.ApplyAsync(context.Message, context.CancellationToken);

    public Task Consume(ConsumeContext<FriendshipChanged> context) =>
        projection.ApplyAsync(context.Message, context.CancellationToken);
}

internal static class FeedProjectionSetup
{
    public static WebApplicationBuilder AddFeedProjection(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<FeedProjection>();
        return builder.AddRebuild<FeedProjection>(Subscriptions.Feed);
    }

    public static void AddFeedConsumer(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<FeedConsumer>();
        bus.AddRebuildConsumer<FeedProjection>();
    }
}
