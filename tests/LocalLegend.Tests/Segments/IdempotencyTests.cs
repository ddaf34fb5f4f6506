using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Strava.Contracts.Rest;

namespace Strava.LocalLegends.Tests.Segments;

/// <summary>Every write of the service with an Idempotency-Key.</summary>
[Category("Integration")]
[Parallelizable]
internal sealed class IdempotencyTests
{
    private SegmentWorld _world = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _world = await SegmentWorld.CreateAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _world.DisposeAsync();

    /// <param name="Route">As it is mapped; its id is that of a segment of the caller's.</param>
    public sealed record Write(string Method, string Route, object? Body, int Status)
    {
        public override string ToString() => $"{Method} {Route}";
    }

    private static Write[] All() =>
    [
        new("POST", "/segments", Lines.North(50, 10, 300), 201),
        new("PATCH", "/segments/{id:guid}", new PatchSegment { Name = "renamed" }, 200),
        new("PUT", "/local-legends/opt-out", null, 204),
        new("DELETE", "/local-legends/opt-out", null, 204),
    ];

    [TestCaseSource(nameof(All))]
    public async Task The_same_key_gives_the_same_answer_and_another_body_is_422(Write write)
    {
        var me = Guid.NewGuid();
        var made = await _world.MakeAsync(me, Lines.North(51, 10, 300));
        var path = write.Route.Replace("{id:guid}", $"{made.Id}", StringComparison.Ordinal);
        using var first = await _world.SendAsync(me, write.Method, path, write.Body, "k");
        var stored = await StoredAsync();

        using var second = await _world.SendAsync(me, write.Method, path, write.Body, "k");
        using var other = await _world.SendAsync(me, write.Method, path, Lines.North(52, 10, 300), "k");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)first.StatusCode, Is.EqualTo(write.Status));
            Assert.That(second.StatusCode, Is.EqualTo(first.StatusCode));
            Assert.That(await second.Content.ReadAsStringAsync(), Is.EqualTo(await first.Content.ReadAsStringAsync()));
            Assert.That(second.Headers.Location, Is.EqualTo(first.Headers.Location));
            Assert.That(second.Headers.Contains("Idempotent-Replayed"));
            Assert.That((int)other.StatusCode, Is.EqualTo(422));
            Assert.That(await StoredAsync(), Is.EqualTo(stored));
        }
    }

    [TestCaseSource(nameof(All))]
    public async Task Where_the_key_cannot_be_stored_there_is_no_effect(Write write)
    {
        var (me, key) = (Guid.NewGuid(), $"poison-{Guid.NewGuid()}");
        var made = await _world.MakeAsync(me, Lines.North(53, 10, 300));
        var path = write.Route.Replace("{id:guid}", $"{made.Id}", StringComparison.Ordinal);
        var stored = await StoredAsync();
        await _world.ExecuteAsync($"ALTER TABLE idempotency_key ADD CONSTRAINT poison CHECK (key <> '{key}')");
        try
        {
            Assert.That((await _world.AskAsync(me, write.Method, path, write.Body, key)).Status, Is.EqualTo(500));
        }
        finally
        {
            await _world.ExecuteAsync("ALTER TABLE idempotency_key DROP CONSTRAINT poison");
        }

        Assert.That(await StoredAsync(), Is.EqualTo(stored));
        Assert.That((await _world.AskAsync(me, write.Method, path, write.Body, key)).Status, Is.EqualTo(write.Status));
    }

    [Test]
    public void Every_route_that_writes_is_here()
    {
        var written = _world.Host.Services.GetServices<EndpointDataSource>()
            .SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods
                .Select(method => $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')}") ?? [])
            .Where(route => !route.StartsWith("GET ", StringComparison.Ordinal) && !route.StartsWith("HEAD ", StringComparison.Ordinal))

            // An operator's, on the management port alone, and safe to repeat by themselves.
            .Where(route => !route.Contains(" /admin/", StringComparison.Ordinal))
            .Distinct();

        Assert.That(written, Is.EquivalentTo(All().Select(write => $"{write.Method} {write.Route}")));
    }

    private Task<string> StoredAsync() => _world.ScalarAsync<string>(
        """
        SELECT concat_ws('/', (SELECT string_agg(name, ',' ORDER BY number) FROM segment), (SELECT max(change) FROM segment_catalogue),
            (SELECT count(*) FROM athlete_standing), (SELECT count(*) FROM idempotency_key))
        """);
}
