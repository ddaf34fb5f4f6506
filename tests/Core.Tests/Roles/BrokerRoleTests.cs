using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Strava.Contracts.Messages;
using Strava.Core.Bus;
using Strava.Testing;

namespace Strava.Core.Tests.Roles;

/// <summary>The broker's users with the rights of deploy/rabbitmq, in a virtual host of their own.</summary>
[TestFixture]
[Category("Integration")]
internal sealed class BrokerRoleTests
{
    private static readonly string Completed = $"{typeof(ActivityCompleted).Namespace}:{nameof(ActivityCompleted)}";
    private static readonly Dictionary<string, string[]> Rights = [];
    private static Uri _broker = null!;

    [OneTimeSetUp]
    public static async Task MakeUsersAsync()
    {
        var server = await TestServers.RabbitMqAsync();
        Assume.That(server.IsOurs, "Users are made with our own server's rabbitmqctl.");
        _broker = await server.CreateVirtualHostAsync("roles");
        await BusTopology.DeclareAsync(_broker, CancellationToken.None);
        foreach (var line in File.ReadLines(Path.Combine(Checkout.Root, "deploy", "rabbitmq", "permissions.txt")))
        {
            if (line.Split(' ') is [var user and ("activity" or "athlete" or "feed"), .. var rights])
            {
                Rights[user] = rights;
                await server.ToolAsync("add_user", user, $"{user}-password");
                await server.ToolAsync(["set_permissions", "-p", _broker.AbsolutePath.Trim('/'), user, .. rights]);
            }
        }
    }

    /// <summary>On a new broker: what is there already asks for fewer rights.</summary>
    [TestCase("activity")]
    [TestCase("athlete")]
    public async Task A_publisher_may_declare_the_whole_topology(string user)
    {
        var server = await TestServers.RabbitMqAsync();
        var empty = await server.CreateVirtualHostAsync("fresh");
        await server.ToolAsync(["set_permissions", "-p", empty.AbsolutePath.Trim('/'), user, .. Rights[user]]);
        var theirs = new UriBuilder(empty) { UserName = user, Password = $"{user}-password" }.Uri;

        await BusTopology.DeclareAsync(theirs, CancellationToken.None);
        await BusTopology.DeclareAsync(theirs, CancellationToken.None);
    }

    [Test]
    public async Task A_subscriber_may_consume_its_own_queue() =>
        await DoAsync("feed", async channel => await channel.BasicGetAsync(Subscriptions.Feed, autoAck: false));

    [Test]
    public void A_subscriber_may_not_read_the_queue_of_another() =>
        AssertRefused("feed", async channel => await channel.BasicGetAsync(Subscriptions.Leaderboard, autoAck: false));

    [Test]
    public void A_subscriber_may_not_delete_or_empty_the_queue_of_another()
    {
        AssertRefused("feed", async channel => await channel.QueueDeleteAsync(Subscriptions.Leaderboard));
        AssertRefused("feed", async channel => await channel.QueuePurgeAsync(Subscriptions.Leaderboard));
    }

    [Test]
    public void Nobody_but_Activity_may_say_that_an_activity_is_complete()
    {
        AssertRefused("feed", channel => PublishAsync(channel, Completed));
        AssertRefused("athlete", channel => PublishAsync(channel, Completed));
    }

    [Test]
    public async Task A_subscriber_may_ask_for_activities_and_put_nothing_else_into_anothers_queue()
    {
        await DoAsync("feed", channel => PublishAsync(channel, "Strava.Contracts.Messages:ActivitiesWanted"));
        AssertRefused("feed", channel => PublishAsync(channel, Subscriptions.ActivityRetelling));
        AssertRefused("feed", channel => PublishAsync(channel, Subscriptions.Activity));
        AssertRefused("feed", channel => PublishAsync(channel, Subscriptions.Leaderboard));
        AssertRefused("athlete", channel => PublishAsync(channel, "Strava.Contracts.Messages:ActivitiesTold"));
    }

    [Test]
    public void A_subscriber_may_not_declare_what_is_not_its_own() =>
        AssertRefused("feed", async channel => await channel.QueueDeclareAsync("anything"));

    private static Uri As(string user) => new UriBuilder(_broker) { UserName = user, Password = $"{user}-password" }.Uri;

    // Confirms make the refusal of a publish an answer to this call.
    private static async Task PublishAsync(IChannel channel, string exchange) =>
        await channel.BasicPublishAsync(exchange, string.Empty, mandatory: false, new byte[] { 1 });

    private static void AssertRefused(string user, Func<IChannel, Task> act)
    {
        var refused = Assert.CatchAsync<RabbitMQClientException>(() => DoAsync(user, act));
        var reason = refused as OperationInterruptedException ?? refused.InnerException as OperationInterruptedException;
        Assert.That(reason?.ShutdownReason?.ReplyCode ?? Constants.AccessRefused, Is.EqualTo(Constants.AccessRefused));
    }

    private static async Task DoAsync(string user, Func<IChannel, Task> act)
    {
        await using var connection = await new ConnectionFactory { Uri = As(user) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await act(channel);
    }
}
