using Strava.Testing;

namespace Strava.Core.Tests.Bus;

[TestFixture]
[Category("Integration")]
internal sealed class OutageLogTests
{
    [Test]
    public async Task A_broker_that_is_away_is_said_without_stack_traces_and_found_again()
    {
        var broker = World.Stack.Stack.RabbitMq;
        Assume.That(broker.IsOurs, "A broker given by the environment cannot be killed.");
        string[] services = ["feed", "athlete", "activity"];
        var before = services.ToDictionary(service => service, service => LinesOf(service).Length);
        await broker.KillAsync();
        try
        {
            // Something to publish, so that the relays meet the outage too.
            var (_, token) = await World.Stack.AthleteAsync();
            using var content = new StringContent("""{"city":"Bled"}""", System.Text.Encoding.UTF8, "application/json");
            using var answer = await World.Stack.SendAsync(HttpMethod.Patch, "/athletes/me", token, content);
            Assert.That(answer.IsSuccessStatusCode);
            await Eventually.HoldsAsync(
                () => Task.FromResult(services.All(service => LinesOf(service)[before[service]..].Any(IsWarning))),
                TimeSpan.FromSeconds(60),
                "each service says that the broker is away");

            // What is said again and again must be bearable too.
            await Task.Delay(TimeSpan.FromSeconds(8));
        }
        finally
        {
            await broker.StartAsync();
        }

        foreach (var service in services)
        {
            var lines = LinesOf(service)[before[service]..];
            var traces = lines.Select((line, at) => (line, at)).Where(one => one.line.Contains("   at ", StringComparison.Ordinal));
            Assert.That(
                traces.Select(one => string.Join('\n', lines[Math.Max(0, one.at - 4)..(one.at + 1)])).Take(1), Is.Empty, service);
        }
    }

    private static bool IsWarning(string line) => line.Contains("warn", StringComparison.Ordinal);

    private static string[] LinesOf(string service) => World.Stack.Stack[service].LogTail(int.MaxValue).Split('\n')[1..^1];
}
