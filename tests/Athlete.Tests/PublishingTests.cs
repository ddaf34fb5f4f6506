using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using RabbitMQ.Client;
using Strava.Core.Bus;
using Strava.Testing;

namespace Strava.Athletes.Tests;

/// <summary>
/// What a subscriber gets: nobody consumes the queue "activity" here, so that everything published lies in it.
/// </summary>
[TestFixture]
[Category("Integration")]
internal sealed class PublishingTests
{
    // The broker takes about ten seconds to come back, and the relay's next term begins after that.
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(90);

    [Test]
    public async Task Each_key_leaves_in_the_order_of_its_versions_each_once()
    {
        await using var queue = await OpenAsync();
        var (ana, bor) = await FriendsHttpTests.FriendsAsync();
        var writers = Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var i = 0; i < 25; i++)
            {
                await ana.PatchAsync($$"""{"city":"{{writer}}-{{i}}"}""");
                await bor.DeleteFriendAsync(ana);
                await (writer % 2 == 0 ? ana.PutFriendAsync(bor) : bor.PutFriendAsync(ana));
            }
        });
        await Task.WhenAll(writers);

        var profiles = await queue.ReadAsync(message => message["athleteId"]?.GetValue<Guid>() == ana.Id, last: 101);
        var friendships = queue.Seen.Where(one => IsOf(one, ana) && IsOf(one, bor)).Select(Version).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(profiles.Select(Version), Is.EqualTo(Enumerable.Range(1, 101)));
            Assert.That(friendships, Has.Count.GreaterThan(20));
            Assert.That(friendships, Is.EqualTo(Enumerable.Range(1, friendships.Count)));
        }
    }

    [Test]
    public async Task A_profile_is_saved_without_a_broker_and_said_when_it_is_back()
    {
        var broker = await TestServers.RabbitMqAsync();
        Assume.That(broker.IsOurs, "A broker given by the environment cannot be killed.");
        var ana = await Somebody.WithProfileAsync();
        await broker.KillAsync();
        try
        {
            var watch = Stopwatch.StartNew();
            using var saved = await ana.PatchAsync("""{"name":"Ana in the dark"}""");
            using var ready = await AthleteFixture.Service.CreateClient().GetAsync("/health/ready");
            using (Assert.EnterMultipleScope())
            {
                Assert.That(saved.StatusCode, Is.EqualTo(HttpStatusCode.OK));
                Assert.That(ready.StatusCode, Is.EqualTo(HttpStatusCode.OK));
                Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(5)));
            }
        }
        finally
        {
            await broker.StartAsync();
        }

        var back = Stopwatch.StartNew();
        await using var queue = await OpenAsync();
        var messages = await queue.ReadAsync(message => message["athleteId"]?.GetValue<Guid>() == ana.Id, last: 2);
        TestContext.Out.WriteLine($"figure athlete.outbox.back_seconds {back.Elapsed.TotalSeconds:0.0} s");
        using (Assert.EnterMultipleScope())
        {
            // At least once: an outage may repeat a message, never lose or reorder one.
            Assert.That(messages.Select(Version).Distinct(), Is.EqualTo(new[] { 1, 2 }));
            Assert.That(messages[^1]["name"]!.GetValue<string>(), Is.EqualTo("Ana in the dark"));
        }
    }

    private static int Version(JsonNode message) => message["version"]!.GetValue<int>();

    private static bool IsOf(JsonNode message, Somebody somebody) =>
        message["athleteA"]?.GetValue<Guid>() == somebody.Id || message["athleteB"]?.GetValue<Guid>() == somebody.Id;

    private static async Task<SubscriberQueue> OpenAsync()
    {
        await BusTopology.DeclareAsync(AthleteFixture.Broker, CancellationToken.None);
        var connection = await new ConnectionFactory { Uri = AthleteFixture.Broker }.CreateConnectionAsync();
        return new SubscriberQueue(connection, await connection.CreateChannelAsync());
    }

    private sealed class SubscriberQueue(IConnection connection, IChannel channel) : IAsyncDisposable
    {
        public List<JsonNode> Seen { get; } = [];

        /// <summary>
        /// Takes messages until the one with the version <paramref name="last"/> has come and the queue is empty.
        /// </summary>
        public async Task<List<JsonNode>> ReadAsync(Func<JsonNode, bool> mine, int last)
        {
            var limit = Stopwatch.StartNew();
            while (limit.Elapsed < Outage)
            {
                if (await channel.BasicGetAsync(Subscriptions.Activity, autoAck: true) is { } got)
                {
                    Seen.Add(JsonNode.Parse(got.Body.Span)!["message"]!);
                }
                else if (Seen.Any(message => mine(message) && Version(message) == last))
                {
                    break;
                }
                else
                {
                    await Task.Delay(50);
                }
            }

            return Seen.FindAll(message => mine(message));
        }

        public async ValueTask DisposeAsync()
        {
            await channel.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
