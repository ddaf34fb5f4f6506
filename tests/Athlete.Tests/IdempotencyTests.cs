using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Strava.Athletes.Tests;

/// <summary>Every write of the service with an Idempotency-Key, from the first answer to the last row.</summary>
[Category("Integration")]
[NonParallelizable]
internal sealed class IdempotencyTests
{
    /// <param name="Body">JSON, or <c>null</c>; a key with another one is refused.</param>
    public sealed record Write(string Name, string Method, string Route, string? Body, int Status)
    {
        public override string ToString() => $"{Method} {Route} {Name}".Trim();
    }

    private static Write[] All() =>
    [
        new("change", "PATCH", "/athletes/me", """{"name":"Bor"}""", 200),
        new("nothing new", "PATCH", "/athletes/me", """{"name":"Ana"}""", 200),
        new("ask", "PUT", "/athletes/me/friends/{athleteId}", null, 201),
        new("nothing to end", "DELETE", "/athletes/me/friends/{athleteId}", null, 204),
    ];

    [TestCaseSource(nameof(All))]
    public async Task The_same_key_gives_the_same_answer_and_has_no_second_effect(Write write)
    {
        var (me, other) = (await Somebody.WithProfileAsync(), await Somebody.WithProfileAsync("Cene"));
        var key = $"{Guid.NewGuid()}";
        using var first = await SendAsync(me, other, write, key, write.Body);
        Assert.That((int)first.StatusCode, Is.EqualTo(write.Status));

        // What has changed since does not show: it is the answer of then.
        await me.PatchAsync("""{"city":"Bled"}""");
        var stored = await StoredAsync();
        using var second = await SendAsync(me, other, write, key, write.Body);

        Assert.That(second.StatusCode, Is.EqualTo(first.StatusCode));
        Assert.That(await second.Content.ReadAsStringAsync(), Is.EqualTo(await first.Content.ReadAsStringAsync()));
        Assert.That(second.Headers.Location, Is.EqualTo(first.Headers.Location));
        Assert.That(second.Headers.ETag, Is.EqualTo(first.Headers.ETag));
        Assert.That(second.Headers.Contains("Idempotent-Replayed"));
        Assert.That(await StoredAsync(), Is.EqualTo(stored));
    }

    [TestCaseSource(nameof(All))]
    public async Task The_same_key_with_another_body_is_422(Write write)
    {
        var (me, other) = (await Somebody.WithProfileAsync(), await Somebody.WithProfileAsync("Cene"));
        using var first = await SendAsync(me, other, write, "k", write.Body);
        var stored = await StoredAsync();

        using var second = await SendAsync(me, other, write, "k", """{"name":"another"}""");

        Assert.That((int)second.StatusCode, Is.EqualTo(422));
        var problem = JsonNode.Parse(await second.Content.ReadAsStringAsync())!;
        Assert.That((string?)problem["code"], Is.EqualTo("idempotency-key-reused"));
        Assert.That(await StoredAsync(), Is.EqualTo(stored));
    }

    [TestCaseSource(nameof(All))]
    public async Task Sent_at_once_with_one_key_all_get_one_answer(Write write)
    {
        var (me, other) = (await Somebody.WithProfileAsync(), await Somebody.WithProfileAsync("Cene"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var answer = await SendAsync(me, other, write, "at-once", write.Body);
            return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
        }));

        Assert.That(answers.Distinct().Count(), Is.EqualTo(1), string.Join('\n', answers.Distinct()));
        Assert.That(answers[0], Does.StartWith($"{write.Status}"));
    }

    [TestCaseSource(nameof(All))]
    public async Task Where_the_key_cannot_be_stored_there_is_no_effect(Write write)
    {
        var (me, other) = (await Somebody.WithProfileAsync(), await Somebody.WithProfileAsync("Cene"));
        var key = $"poison-{Guid.NewGuid()}";
        var stored = await StoredAsync();
        await AskAsync($"ALTER TABLE idempotency_key ADD CONSTRAINT poison CHECK (key <> '{key}')");
        try
        {
            using var answer = await SendAsync(me, other, write, key, write.Body);
            Assert.That((int)answer.StatusCode, Is.EqualTo(500));
        }
        finally
        {
            await AskAsync("ALTER TABLE idempotency_key DROP CONSTRAINT poison");
        }

        Assert.That(await StoredAsync(), Is.EqualTo(stored));
        using var again = await SendAsync(me, other, write, key, write.Body);
        Assert.That((int)again.StatusCode, Is.EqualTo(write.Status));
    }

    [Test]
    public void Every_route_that_writes_is_here()
    {
        var written = AthleteFixture.Service.Services.GetServices<EndpointDataSource>()
            .SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods
                .Select(method => $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')}") ?? [])
            .Where(route => !route.StartsWith("GET ", StringComparison.Ordinal) && !route.StartsWith("HEAD ", StringComparison.Ordinal))
            .Distinct();

        Assert.That(written, Is.EquivalentTo(All().Select(write => $"{write.Method} {write.Route}").Distinct()));
    }

    private static Task<HttpResponseMessage> SendAsync(Somebody me, Somebody other, Write write, string key, string? body) =>
        me.Http.SendAsync(new HttpRequestMessage(
            new HttpMethod(write.Method),
            new Uri(write.Route.Replace("{athleteId}", $"{other.Id}", StringComparison.Ordinal), UriKind.Relative))
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
            Headers = { { "Idempotency-Key", key } },
        });

    private static Task<string> StoredAsync() => AskAsync(
        """
        SELECT concat_ws('/', (SELECT concat(count(*), '.', sum(version)) FROM profile),
            (SELECT concat(count(*), '.', sum(version)) FROM friendship), (SELECT count(*) FROM idempotency_key))
        """);

    private static async Task<string> AskAsync(string sql)
    {
        await using var command = AthleteFixture.Service.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        return $"{await command.ExecuteScalarAsync()}";
    }
}
