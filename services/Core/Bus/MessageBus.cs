using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Strava.ServiceDefaults;

namespace Strava.Core.Bus;

/// <summary>A queue beside the service's own, with one consumer that takes few messages at a time.</summary>
public sealed record SideEndpoint(string Queue, Type Consumer);

/// <summary>MassTransit over RabbitMQ, the same way in every service.</summary>
public static class MessageBus
{
    /// <summary>
    /// Consumes <paramref name="queue"/> (one of <see cref="Subscriptions"/>) with the consumers that
    /// <paramref name="consumers"/> adds, and lets the service publish through <see cref="ConfirmedPublisher"/>.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="queue"><c>null</c>: this service only publishes.</param>
    /// <param name="consumers">Adds the consumers.</param>
    /// <param name="side">A second queue.</param>
    public static WebApplicationBuilder AddMessageBus(
        this WebApplicationBuilder builder,
        string? queue = null,
        Action<IBusRegistrationConfigurator>? consumers = null,
        SideEndpoint? side = null)
    {
        builder.Services.AddSingleton<IValidateOptions<BusOptions>, BusOptionsValidator>();
        builder.Services.AddOptions<BusOptions>()
            .BindSettings(BusOptions.Section)
            .Configure<IConfiguration>((options, configuration) =>
                options.ConnectionString = configuration.GetConnectionString("RabbitMq") ?? "");
        builder.Services.AddSingleton(NewPublisher);
        builder.Services.AddMassTransit(bus =>
        {
            // A broker that is away is no reason to take a service out of the load balancer: uploads go on without it.
            bus.ConfigureHealthCheckOptions(options => options.MinimalFailureStatus = HealthStatus.Degraded);
            bus.DisableUsageTelemetry();
            consumers?.Invoke(bus);
            bus.UsingRabbitMq((context, rabbit) =>
            {
                LogContext.ConfigureCurrentLogContext(new TerseLoggerFactory(context.GetRequiredService<ILoggerFactory>()));
                rabbit.Host(BrokerOf(context));
                if (side is not null)
                {
                    rabbit.ReceiveEndpoint(side.Queue, endpoint =>
                    {
                        Configure(endpoint, side.Queue, atOnce: 2);
                        // Not registered with the bus: the service's own queue takes every consumer that is, and
                        // whoever may write to the one queue could then write to the other.
                        endpoint.Consumer(side.Consumer, type => ActivatorUtilities.CreateInstance(context, type));
                    });
                }

                if (queue is not null)
                {
                    rabbit.ConnectConsumeObserver(new ProjectorDelay(queue, context.GetRequiredService<TimeProvider>()));
                    rabbit.ReceiveEndpoint(queue, endpoint =>
                    {
                        Configure(endpoint, queue, atOnce: 16);
                        endpoint.ConfigureConsumers(context);
                    });
                }
            });
        });
        if (queue is not null)
        {
            // After the bus, so that it ends before the bus does.
            string[] watched = side is null ? [queue] : [queue, side.Queue];
            builder.Services.AddHostedService(services =>
                ActivatorUtilities.CreateInstance<ConsumerWatch>(services, (IReadOnlyList<string>)watched));
        }

        return builder;
    }

    /// <summary>One worker may use it at a time.</summary>
    internal static ConfirmedPublisher NewPublisher(IServiceProvider services) =>
        new(BrokerOf(services), services.GetRequiredService<TimeProvider>());

    private static Uri BrokerOf(IServiceProvider services) =>
        new(services.GetRequiredService<IOptions<BusOptions>>().Value.ConnectionString);

    private static void Configure(IRabbitMqReceiveEndpointConfigurator endpoint, string queue, int atOnce)
    {
        foreach (var (name, value) in BusTopology.QueueArguments(queue))
        {
            endpoint.SetQueueArgument(name, value);
        }

        endpoint.PrefetchCount = 4 * atOnce;
        endpoint.ConcurrentMessageLimit = atOnce;

        // A database that is away is not the message's fault: wait for it, holding the message, instead of filling the
        // error queue. The broker's consumer timeout and delivery limit are the bound behind this one.
        endpoint.UseMessageRetry(retry =>
        {
            retry.Handle<NpgsqlException>(IsOutage);
            retry.Exponential(
                retryLimit: 1_000, minInterval: TimeSpan.FromMilliseconds(100), maxInterval: TimeSpan.FromSeconds(10),
                intervalDelta: TimeSpan.FromMilliseconds(200));
        });
        // Anything else gets three quick tries (deadlocks, races), then <queue>_error with its reason.
        endpoint.UseMessageRetry(retry =>
        {
            retry.Ignore<NpgsqlException>(IsOutage);
            retry.Intervals(10, 100, 1_000);
        });
    }

    private static bool IsOutage(NpgsqlException exception) =>
        exception.IsTransient
        || exception is not PostgresException
        || exception is PostgresException { SqlState: ['5', '3' or '7', ..] };
}
