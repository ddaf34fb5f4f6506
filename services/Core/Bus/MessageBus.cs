using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Strava.Core.Bus;

/// <summary>MassTransit over RabbitMQ, the same way in every service.</summary>
public static class MessageBus
{
    /// <summary>
    /// Consumes <paramref name="queue"/> (one of <see cref="Subscriptions"/>) with the consumers that <paramref name="consumers"/>
    /// adds, and lets the service publish through <see cref="ConfirmedPublisher"/>.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="queue"><c>null</c>: this service only publishes.</param>
    /// <param name="consumers">Adds the consumers.</param>
    public static WebApplicationBuilder AddMessageBus(
        this WebApplicationBuilder builder, string? queue = null, Action<IBusRegistrationConfigurator>? consumers = null)
    {
        var broker = new Uri(builder.Configuration.GetConnectionString("RabbitMq")
            ?? throw new InvalidOperationException(
                "ConnectionStrings:RabbitMq is missing; set ConnectionStrings__RabbitMq to amqp://user:password@host:port/."));

        builder.Services.AddSingleton(services =>
            new ConfirmedPublisher(services.GetRequiredService<IBus>(), broker, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddMassTransit(bus =>
        {
            // A broker that is away is no reason to take a service out of the load balancer: uploads go on without it.
            bus.ConfigureHealthCheckOptions(options => options.MinimalFailureStatus = HealthStatus.Degraded);
            bus.DisableUsageTelemetry();
            consumers?.Invoke(bus);
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.Host(broker);
                if (queue is not null)
                {
                    rabbit.ConnectConsumeObserver(new ProjectorDelay(queue, context.GetRequiredService<TimeProvider>()));
                    rabbit.ReceiveEndpoint(queue, endpoint => Configure(endpoint, queue, context));
                }
            });
        });
        return builder;
    }

    private static void Configure(IRabbitMqReceiveEndpointConfigurator endpoint, string queue, IBusRegistrationContext context)
    {
        foreach (var (name, value) in BusTopology.QueueArguments(queue))
        {
            endpoint.SetQueueArgument(name, value);
        }

        endpoint.PrefetchCount = 64;
        endpoint.ConcurrentMessageLimit = 16;

        // A database that is away is not the message's fault: wait for it, holding the message, instead of filling the error queue.
        // The broker's consumer timeout and delivery limit are the bound behind this one.
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
        endpoint.ConfigureConsumers(context);
    }

    private static bool IsOutage(NpgsqlException exception) =>
        exception.IsTransient
        || exception is not PostgresException
        || exception is PostgresException { SqlState: ['5', '3' or '7', ..] };
}
