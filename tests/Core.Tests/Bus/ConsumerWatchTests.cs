using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Strava.Contracts.Messages;
using Strava.Core.Bus;
using Strava.Testing;

namespace Strava.Core.Tests.Bus;

[TestFixture]
[Category("Integration")]
internal sealed class ConsumerWatchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Test]
    public async Task A_bus_that_has_lost_its_consumers_is_started_anew()
    {
        await using var world = await RunningBus.StartAsync();
        await Eventually.GivesAsync(world.ConsumersAsync, consumers => consumers > 0, Patience);

        // Consumers are there before the bus calls itself started, and until then it will not stop.
        await world.Bus.WaitForHealthStatus(BusHealthStatus.Healthy, Patience);

        // Behind everybody's back, as in MassTransit#6095: the process is well, the broker has no consumer of it.
        await world.Bus.StopAsync();
        Assert.That(await world.ConsumersAsync(), Is.Zero);

        await Eventually.GivesAsync(world.ConsumersAsync, consumers => consumers > 0, Patience);
        var before = Seen.Count;
        await world.PublishAsync();
        await Eventually.HoldsAsync(() => Seen.Count > before, Patience);
        Assert.That(world.IsRunning);
    }

    [Test]
    public async Task A_deleted_queue_is_made_again_and_consumed()
    {
        var server = await TestServers.RabbitMqAsync();
        Assume.That(server.IsOurs, "A broker given by the environment cannot be told to delete a queue.");
        await using var world = await RunningBus.StartAsync();
        await Eventually.GivesAsync(world.ConsumersAsync, consumers => consumers > 0, Patience);

        await server.ToolAsync("delete_queue", "-p", world.Broker.AbsolutePath.Trim('/'), Subscriptions.Feed);

        await Eventually.GivesAsync(world.ConsumersAsync, consumers => consumers > 0, Patience);
        var before = Seen.Count;
        await world.PublishAsync();
        await Eventually.HoldsAsync(() => Seen.Count > before, Patience);
    }

    private sealed class Seen : IConsumer<AthleteProfileChanged>
    {
        private static int _count;

        public static int Count => Volatile.Read(ref _count);

        public Task Consume(ConsumeContext<AthleteProfileChanged> context)
        {
            Interlocked.Increment(ref _count);
            return Task.CompletedTask;
        }
    }

    private sealed class RunningBus(WebApplication app, Uri broker) : IAsyncDisposable
    {
        public Uri Broker => broker;

        public IBusControl Bus => app.Services.GetRequiredService<IBusControl>();

        public bool IsRunning => !app.Lifetime.ApplicationStopping.IsCancellationRequested;

        public static async Task<RunningBus> StartAsync()
        {
            var broker = await (await TestServers.RabbitMqAsync()).CreateVirtualHostAsync("watch");
            await BusTopology.DeclareAsync(broker, CancellationToken.None);
            var builder = WebApplication.CreateBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ConnectionStrings:RabbitMq"] = broker.ToString(),
                ["Bus:WatchInterval"] = "00:00:00.5",
                ["Bus:ConsumerTimeout"] = "00:00:03",
            });
            builder.Services.AddSingleton(TimeProvider.System);
            builder.AddMessageBus(Subscriptions.Feed, bus => bus.AddConsumer<Seen>());
            var app = builder.Build();
            await app.StartAsync();
            return new RunningBus(app, broker);
        }

        public Task PublishAsync() => app.Services.GetRequiredService<ConfirmedPublisher>().PublishAsync(
            [new OutgoingMessage(Guid.NewGuid(), 1, Profile())], CancellationToken.None);

        private static AthleteProfileChanged Profile() => new()
        {
            AthleteId = Guid.NewGuid(),
            Version = 1,
            Name = "Ana",
            Country = null,
            Region = null,
            City = null,
            TimeZone = null,
        };

        public async Task<uint> ConsumersAsync()
        {
            await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
            await using var channel = await connection.CreateChannelAsync();
            return (await channel.QueueDeclarePassiveAsync(Subscriptions.Feed)).ConsumerCount;
        }

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}
