using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>Every write of the service with an Idempotency-Key, from the first answer to the last row.</summary>
[Category("Integration")]
[Parallelizable]
public sealed class IdempotencyTests
{
    private World _world = null!;
    private ServiceHost<Program> _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _world = await World.CreateAsync();
        _host = await _world.HostAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _host.DisposeAsync();
        await _world.DisposeAsync();
    }

    /// <param name="Name">What it is.</param>
    /// <param name="Route">As it is mapped; its id is that of a club or challenge of another's.</param>
    /// <param name="Body">JSON, or <c>null</c>; a key with another one is refused.</param>
    /// <param name="IsIn">The caller is a member or takes part before.</param>
    public sealed record Write(string Name, string Method, string Route, string? Body, int Status, bool IsIn = false)
    {
        public override string ToString() => $"{Method} {Route} {Name}".Trim();
    }

    private static Write[] All() =>
    [
        new("", "POST", "/clubs", """{"name":"Once","sport":"RUN"}""", 201),
        new("join", "PUT", "/clubs/{id}/members/me", null, 204),
        new("in it already", "PUT", "/clubs/{id}/members/me", null, 204, IsIn: true),
        new("leave", "DELETE", "/clubs/{id}/members/me", null, 204, IsIn: true),
        new("nothing to leave", "DELETE", "/clubs/{id}/members/me", null, 204),
        new("", "POST", "/challenges", Challenge(), 201),
        new("join", "PUT", "/challenges/{id:guid}/participants/me", null, 201),
        new("in it already", "PUT", "/challenges/{id:guid}/participants/me", null, 200, IsIn: true),
        new("leave", "DELETE", "/challenges/{id:guid}/participants/me", null, 204, IsIn: true),
        new("nothing to leave", "DELETE", "/challenges/{id:guid}/participants/me", null, 204),
    ];

    [TestCaseSource(nameof(All))]
    public async Task The_same_key_gives_the_same_answer_and_has_no_second_effect(Write write)
    {
        var (me, address) = await ReadyAsync(write);
        using var _ = me;
        using var first = await SendAsync(me, write, address, "k", write.Body);
        Assert.That((int)first.StatusCode, Is.EqualTo(write.Status), await first.Content.ReadAsStringAsync());
        var stored = await StoredAsync();

        using var second = await SendAsync(me, write, address, "k", write.Body);

        Assert.That(second.StatusCode, Is.EqualTo(first.StatusCode));
        Assert.That(await second.Content.ReadAsStringAsync(), Is.EqualTo(await first.Content.ReadAsStringAsync()));
        Assert.That(second.Headers.Location, Is.EqualTo(first.Headers.Location));
        Assert.That(second.Headers.Contains("Idempotent-Replayed"));
        Assert.That(first.Headers.Contains("Idempotent-Replayed"), Is.False);
        Assert.That(await StoredAsync(), Is.EqualTo(stored));
    }

    [TestCaseSource(nameof(All))]
    public async Task The_same_key_with_another_body_is_422(Write write)
    {
        var (me, address) = await ReadyAsync(write);
        using var _ = me;
        using var first = await SendAsync(me, write, address, "k", write.Body);
        Assert.That((int)first.StatusCode, Is.EqualTo(write.Status));
        var stored = await StoredAsync();

        using var second = await SendAsync(me, write, address, "k", """{"name":"another"}""");

        Assert.That((int)second.StatusCode, Is.EqualTo(422));
        Assert.That(await second.Content.ReadAsStringAsync(), Does.Contain("\"idempotency-key-reused\""));
        Assert.That(await StoredAsync(), Is.EqualTo(stored));
    }

    [TestCaseSource(nameof(All))]
    public async Task Sent_at_once_with_one_key_all_get_one_answer(Write write)
    {
        var (me, address) = await ReadyAsync(write);
        using var _ = me;
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var answer = await SendAsync(me, write, address, "at-once", write.Body);
            return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
        }));

        Assert.That(answers.Distinct().Count(), Is.EqualTo(1), string.Join('\n', answers.Distinct()));
        Assert.That(answers[0], Does.StartWith($"{write.Status}"));
    }

    [TestCaseSource(nameof(All))]
    public async Task Where_the_key_cannot_be_stored_there_is_no_effect(Write write)
    {
        var (me, address) = await ReadyAsync(write);
        using var _ = me;
        var key = $"poison-{Guid.NewGuid()}";
        var stored = await StoredAsync();
        await AskAsync($"ALTER TABLE idempotency_key ADD CONSTRAINT poison CHECK (key <> '{key}')");
        try
        {
            using var answer = await SendAsync(me, write, address, key, write.Body);
            Assert.That((int)answer.StatusCode, Is.EqualTo(500));
        }
        finally
        {
            await AskAsync("ALTER TABLE idempotency_key DROP CONSTRAINT poison");
        }

        Assert.That(await StoredAsync(), Is.EqualTo(stored));
        using var again = await SendAsync(me, write, address, key, write.Body);
        Assert.That((int)again.StatusCode, Is.EqualTo(write.Status));
    }

    [Test]
    public void Every_route_that_writes_is_here()
    {
        var written = _host.Services.GetServices<EndpointDataSource>()
            .SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods
                .Select(method => $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')}") ?? [])
            .Where(route => !route.StartsWith("GET ", StringComparison.Ordinal)
                && !route.StartsWith("HEAD ", StringComparison.Ordinal))

            // An operator's, not an athlete's: on the management port alone, and safe to repeat by themselves.
            .Where(route => !route.Contains(" /admin/", StringComparison.Ordinal))
            .Distinct();

        Assert.That(written, Is.EquivalentTo(All().Select(write => $"{write.Method} {write.Route}").Distinct()));
    }

    private async Task<(HttpClient Me, Uri Address)> ReadyAsync(Write write)
    {
        var me = _host.ClientOf(Guid.NewGuid());
        if (write.Method == "POST")
        {
            return (me, new Uri(write.Route, UriKind.Relative));
        }

        using var another = _host.ClientOf(Guid.NewGuid());
        var make = All().Single(one => one.Method == "POST" && write.Route.StartsWith(one.Route, StringComparison.Ordinal));
        using var made = await SendAsync(
            another, make, new Uri(make.Route, UriKind.Relative), $"{Guid.NewGuid()}", make.Body);
        made.EnsureSuccessStatusCode();
        var id = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        var path = write.Route.Replace("{id}", id, StringComparison.Ordinal)
            .Replace("{id:guid}", id, StringComparison.Ordinal);
        var address = new Uri(path, UriKind.Relative);
        if (write.IsIn)
        {
            using var joined = await me.PutAsync(address, null);
            joined.EnsureSuccessStatusCode();
        }

        return (me, address);
    }

    private static Task<HttpResponseMessage> SendAsync(
        HttpClient me, Write write, Uri address, string key, string? body) =>
        me.SendAsync(new HttpRequestMessage(new HttpMethod(write.Method), address)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
            Headers = { { "Idempotency-Key", key } },
        });

    private static string Challenge() => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
          {"name":"Once","metric":"DISTANCE","startsOn":"{{Messages.Today:yyyy-MM-dd}}","endsOn":"{{Messages.Today.AddDays(7):yyyy-MM-dd}}"}
          """);

    private Task<string> StoredAsync() => AskAsync(
        """
        SELECT concat_ws('/', (SELECT count(*) FROM club), (SELECT count(*) FROM club_member),
            (SELECT count(*) FROM challenge), (SELECT count(*) FROM challenge_participant),
            (SELECT count(*) FROM idempotency_key))
        """);

    private async Task<string> AskAsync(string sql)
    {
        await using var command = _world.Database.CreateCommand(sql);
        return $"{await command.ExecuteScalarAsync()}";
    }
}
