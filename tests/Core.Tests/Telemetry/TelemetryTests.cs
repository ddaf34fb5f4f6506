using System.Security.Cryptography;
using Strava.Testing;

namespace Strava.Core.Tests.Telemetry;

[TestFixture]
[Category("Integration")]
internal sealed class TelemetryTests
{
    [Test]
    public async Task One_trace_leads_from_the_request_through_relay_and_bus_to_each_projector()
    {
        var (_, token) = await World.Stack.AthleteAsync();
        var trace = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

        using var answer = await World.Stack.SendAsync(
            HttpMethod.Put, $"/activities/{Guid.CreateVersion7()}/recording", token,
            ObservedStack.Recording(46, 14), $"00-{trace}-00000000000000a1-01");

        Assert.That(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var spans = await SpansAsync(
            trace, "Strava.Gateway", "Strava.Activities", "Strava.Feeds", "Strava.Leaderboards", "Strava.LocalLegends");
        AssertOneTree(spans, root: "00000000000000a1");
        Assert.That(spans, Has.Some.Matches<Span>(span => span is { Source: "Strava", Name: "publish" }), "the relay");
        Assert.That(spans, Has.Some.Matches<Span>(span => span is { Source: "Npgsql", Service: "Strava.Feeds" }));
    }

    [Test]
    public async Task One_trace_leads_through_an_outbox_too()
    {
        var (_, token) = await World.Stack.AthleteAsync();
        var (other, _) = await World.Stack.AthleteAsync();
        var trace = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

        using var answer = await World.Stack.SendAsync(
            HttpMethod.Put, $"/athletes/me/friends/{other}", token, null, $"00-{trace}-00000000000000a1-01");

        Assert.That(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var spans = await SpansAsync(trace, "Strava.Gateway", "Strava.Athletes", "Strava.Feeds", "Strava.Activities");
        AssertOneTree(spans, root: "00000000000000a1");
    }

    [Test]
    public async Task Every_service_tells_logs_and_its_own_figures()
    {
        string[] expected =
        [
            "Strava.Gateway/http.server.request.duration", "Strava.Activities/http.server.request.duration",
            "Strava.Activities/strava.relay.lag.events", "Strava.Activities/strava.relay.lag.seconds",
            "Strava.Activities/strava.relay.checkpoint", "Strava.Activities/strava.subscription.open_gaps",
            "Strava.Activities/strava.publish.delay", "Strava.Athletes/strava.outbox.depth",
            "Strava.Athletes/strava.outbox.lag.seconds", "Strava.Feeds/strava.projector.delay",
            "Strava.Leaderboards/strava.projector.delay", "Strava.LocalLegends/strava.projector.delay",
            "Strava.Leaderboards/strava.board.dirty", "Strava.Leaderboards/strava.board.staleness",
            "Strava.Leaderboards/strava.club.dirty", "Strava.Leaderboards/strava.club.staleness",
            "Strava.Leaderboards/strava.challenge.dirty", "Strava.Leaderboards/strava.challenge.staleness",
            "Strava.Activities/strava.queue.waiting", "Strava.Activities/strava.queue.set_aside",
            "Strava.Feeds/strava.queue.waiting", "Strava.Leaderboards/strava.queue.waiting",
            "Strava.LocalLegends/strava.queue.waiting", "Strava.LocalLegends/strava.queue.set_aside",
        ];
        var (_, token) = await World.Stack.AthleteAsync();
        using var answer = await World.Stack.SendAsync(
            HttpMethod.Put, $"/activities/{Guid.CreateVersion7()}/recording", token, ObservedStack.Recording(46, 14));
        Assert.That(answer.IsSuccessStatusCode);

        await Eventually.GivesAsync(
            () => Task.FromResult(string.Join(", ", expected.Except(World.Stack.Collector.Metrics))), missing => missing.Length == 0);
        await Eventually.GivesAsync(
            () => Task.FromResult(World.Stack.Collector.LoggingServices.Count), services => services == ObservedStack.Services.Length);
    }

    private static Task<List<Span>> SpansAsync(string trace, params string[] services) => Eventually.GivesAsync(
        () => Task.FromResult(World.Stack.Collector.Spans.Where(span => span.TraceId == trace).ToList()),
        spans => services.All(service => spans.Any(
            span => span.Service == service && (service == "Strava.Gateway" || span.Source is "MassTransit" or "Strava"
                || service == "Strava.Athletes")))
            && IsWhole(spans),
        TimeSpan.FromSeconds(30));

    private static bool IsWhole(List<Span> spans) =>
        spans.All(span => span.ParentId == "00000000000000a1" || spans.Exists(parent => parent.SpanId == span.ParentId));

    private static void AssertOneTree(List<Span> spans, string root)
    {
        TestContext.Out.WriteLine(string.Join('\n', spans.Select(span => $"{span.Service,-22} {span.Source,-22} {span.Name}")));
        Assert.That(spans.Count(span => span.ParentId == root), Is.EqualTo(1));
    }
}
