using System.Text;
using Npgsql;
using RabbitMQ.Client;
using Strava.Core.Bus;
using Strava.Core.Tests.Telemetry;
using Strava.Testing;

namespace Strava.Core.Tests.Bus;

/// <summary>
/// What somebody with the broker's password could send: it is set aside where it can be looked at, has no effect, and
/// holds nobody up. Who may send anything at all is for the broker's roles.
/// </summary>
[TestFixture]
[Category("Integration")]
internal sealed class ForgedMessageTests
{
    private const string Completed = "Strava.Contracts.Messages:ActivityCompleted";
    private static readonly string[] Takers = ["feed", "leaderboard", "locallegend"];
    private static readonly string[] Queues =
        [Subscriptions.Feed, Subscriptions.Leaderboard, Subscriptions.LocalLegend];

    private static readonly Guid Forged = Guid.CreateVersion7();

    public static IEnumerable<TestCaseData> All()
    {
        TestCaseData Of(string name, string body, int headerBytes = 0) =>
            new TestCaseData(body, headerBytes).SetArgDisplayNames(name);
        string But(string old, string other) => Envelope(Urn, Activity.Replace(old, other, StringComparison.Ordinal));
        yield return Of("no JSON", "hello");
        yield return Of("nothing", "");
        yield return Of("no envelope", "[1,2,3]");
        yield return Of("another type", Envelope("urn:message:Evil:Thing", "{}"));
        yield return Of("no members", Envelope(Urn, "{}"));
        yield return Of("no activity", Envelope(Urn, """{"activity":null}"""));
        yield return Of("a sport that is none", But("\"RUN\"", "\"FLY\""));
        yield return Of("a distance that is no number", But("1000000", "\"NaN\""));
        yield return Of("a distance beyond all bounds", But("1000000", "1e999"));
        yield return Of("headers of 60 KB", "hello", 60_000);
        yield return Of("headers of 120 KB", "hello", 120_000);
    }

    private static string Urn => $"urn:message:{Completed}";

    private static string Activity =>
        $$"""
        {"activity":{"activityId":"{{Forged}}","athleteId":"{{Forged}}","version":7,"sport":"RUN","name":"forged",
        "visibility":"EVERYONE","startedAt":"2026-03-01T08:00:00Z","completedAt":"2026-03-01T09:00:00Z",
        "timeZone":"UTC","localDate":"2026-03-01","distanceMillimeters":1000000,"totalMilliseconds":1,"activeMilliseconds":1,
        "movingMilliseconds":1,
        "elevationGainCentimeters":1,"elevationLossCentimeters":1,"pointCount":2} }
        """;

    /// <summary>Else each of the others would be wrong in one more way than it says.</summary>
    [Test]
    public async Task What_the_forged_ones_are_made_of_would_be_taken()
    {
        var id = Guid.CreateVersion7();
        var another = Activity.Replace($"{Forged}", $"{id}", StringComparison.Ordinal);
        await PublishAsync(Envelope(Urn, another), headerBytes: 0);

        await Eventually.GivesAsync(() => CountAsync(id), count => count == Takers.Length, TimeSpan.FromSeconds(20));
    }

    [TestCaseSource(nameof(All))]
    public async Task It_is_set_aside_without_effect_and_holds_nobody_up(string body, int headerBytes)
    {
        var before = await SetAsideAsync();

        await PublishAsync(body, headerBytes);

        var (_, token) = await World.Stack.AthleteAsync();
        var id = Guid.CreateVersion7();
        using var answer = await World.Stack.SendAsync(
            HttpMethod.Put, $"/activities/{id}/recording", token, ObservedStack.Recording(46, 14));
        Assert.That(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        await Eventually.GivesAsync(() => CountAsync(id), count => count == Takers.Length, TimeSpan.FromSeconds(20));
        await Eventually.GivesAsync(SetAsideAsync, after => after == before + Queues.Length, TimeSpan.FromSeconds(20));
        Assert.That(await CountAsync(Forged), Is.Zero);
    }

    [TearDown]
    public static void TellLogs()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == NUnit.Framework.Interfaces.TestStatus.Failed)
        {
            TestContext.Out.WriteLine(World.Stack.Stack.LogTails());
        }
    }

    private static string Envelope(string type, string message) =>
        $$"""
        {"messageId":"{{Guid.NewGuid()}}","messageType":["{{type}}"],"sourceAddress":"rabbitmq://elsewhere/admin",
        "message":{{message}} }
        """;

    private static async Task PublishAsync(string body, int headerBytes)
    {
        var properties = new BasicProperties { ContentType = "application/vnd.masstransit+json" };
        if (headerBytes > 0)
        {
            properties.Headers = new Dictionary<string, object?> { ["X-Huge"] = new string('x', headerBytes) };
        }

        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.BasicPublishAsync(Completed, "", mandatory: true, properties, Encoding.UTF8.GetBytes(body));
    }

    private static Task<IConnection> ConnectAsync() =>
        new ConnectionFactory { Uri = World.Stack.Stack.Broker }.CreateConnectionAsync();

    private static async Task<long> SetAsideAsync()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        long sum = 0;
        foreach (var queue in Queues.SelectMany(BusTopology.SetAsideQueues))
        {
            sum += (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
        }

        return sum;
    }

    /// <returns>In how many services there is something of it.</returns>
    private static async Task<int> CountAsync(Guid activity)
    {
        var found = 0;
        foreach (var service in Takers)
        {
            await using var database = NpgsqlDataSource.Create(World.Stack.Stack.Database(service));
            var table = service == "leaderboard" ? "ledger" : "activity";
            await using var command = database.CreateCommand(
                $"SELECT count(*) FROM {table} WHERE activity_id = '{activity}'");
            found += (long)(await command.ExecuteScalarAsync())! > 0 ? 1 : 0;
        }

        return found;
    }
}
