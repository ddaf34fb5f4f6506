using MassTransit;
using Strava.Contracts.Messages;

namespace Strava.Leaderboards.Ledgers;

internal static class LedgerExtensions
{
    public static WebApplicationBuilder AddLedger(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Ledger>().AddSingleton<Profiles>();
        return builder;
    }

    public static void AddLedgerConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<ActivityConsumer>();
        bus.AddConsumer<ProfileConsumer>();
    }
}

/// <summary>Nothing here touches Redis: ledger and Redis in one handler would be a dual write.</summary>
internal sealed class ActivityConsumer(Ledger ledger)
    : IConsumer<ActivityCompleted>, IConsumer<ActivityRevised>, IConsumer<ActivityDeleted>
{
    public Task Consume(ConsumeContext<ActivityCompleted> context) =>
        ledger.RecordAsync(context.Message.Activity, context.CancellationToken);

    public Task Consume(ConsumeContext<ActivityRevised> context) =>
        ledger.RecordAsync(context.Message.Activity, context.CancellationToken);

    public Task Consume(ConsumeContext<ActivityDeleted> context) =>
        ledger.DeleteAsync(context.Message, context.CancellationToken);
}

internal sealed class ProfileConsumer(Profiles profiles) : IConsumer<AthleteProfileChanged>
{
    public Task Consume(ConsumeContext<AthleteProfileChanged> context) =>
        profiles.RecordAsync(context.Message, context.CancellationToken);
}
