using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using static Strava.Activities.Tests.ActivityFixture;

namespace Strava.Activities.Tests;

/// <summary>Every write of the service with an Idempotency-Key, from the first answer to the last row.</summary>
[Category("Integration")]
[NonParallelizable]
public sealed class IdempotencyTests
{
    private const string Gpx =
        """<gpx><trk><trkseg><trkpt lat="46" lon="14"><time>2026-03-01T08:00:00Z</time></trkpt></trkseg></trk></gpx>""";

    /// <param name="Name">What it is.</param>
    /// <param name="Route">As it is mapped.</param>
    /// <param name="Body">JSON; a GPX file for an import; <c>null</c> for none.</param>
    /// <param name="OtherBody">Which would also be accepted; <c>null</c> where there is no body.</param>
    public sealed record Write(string Name, string Method, string Route, string? Body, string? OtherBody, bool IsCreated = false)
    {
        public override string ToString() => $"{Method} {Route} {Name}".Trim();

        internal HttpRequestMessage Request(string id, string key, string? body)
        {
            var path = Route.Replace("{id:guid}", id, StringComparison.Ordinal);
            return new HttpRequestMessage(new HttpMethod(Method), new Uri(path, UriKind.Relative))
            {
                Content = body is null ? null : Route.EndsWith("/import", StringComparison.Ordinal)
                    ? new MultipartFormDataContent { { new StringContent(body), "file", "a.gpx" }, { new StringContent("RUN"), "type" } }
                    : new StringContent(body, Encoding.UTF8, "application/json"),
                Headers = { { "Idempotency-Key", key } },
            };
        }
    }

    private static Write[] All() =>
    [
        new("without an id", "POST", "/activities", """{"type":"RUN"}""", """{"type":"RIDE"}""", IsCreated: true),
        new("begun, so that its figures grow", "POST", "/activities", $$"""{"type":"RUN","startedAt":"{{At(0)}}"}""", """{"type":"RUN"}""", true),
        new("name", "PATCH", "/activities/{id:guid}", """{"name":"b"}""", """{"name":"c"}"""),
        new("pause", "PATCH", "/activities/{id:guid}", $$"""{"state":"PAUSED","at":"{{At(9)}}"}""", """{"name":"c"}"""),
        new("save", "PATCH", "/activities/{id:guid}", $$"""{"state":"COMPLETE","at":"{{At(9)}}"}""", """{"name":"c"}"""),
        new("nothing new", "PATCH", "/activities/{id:guid}", """{"type":"RUN"}""", """{"type":"RIDE"}"""),
        new("point", "POST", "/activities/{id:guid}/routes", JsonSerializer.Serialize(new { location = Point(5) }), """{"location":null}"""),
        new("chunk", "POST", "/activities/{id:guid}/routes", Chunk(5), Chunk(6)),
        new("", "PUT", "/activities/{id:guid}/recording", JsonSerializer.Serialize(Recording(20)), JsonSerializer.Serialize(Recording(30)), true),
        new("", "POST", "/activities/import", Gpx, Gpx.Replace("46", "47", StringComparison.Ordinal), true),
        new("", "DELETE", "/activities/{id:guid}", null, null),
    ];

    [TestCaseSource(nameof(All))]
    public async Task The_same_key_gives_the_same_answer_and_has_no_second_effect(Write write)
    {
        var (athlete, id, key) = (Athlete(), "", $"{Guid.NewGuid()}");
        id = await IdAsync(write, athlete);
        using var first = await athlete.SendAsync(write.Request(id, key, write.Body));
        Assert.That((int)first.StatusCode, Is.EqualTo(write.IsCreated ? 201 : write.Body is null ? 204 : 200), await first.Content.ReadAsStringAsync());
        var stored = await StoredAsync();

        using var second = await athlete.SendAsync(write.Request(id, key, write.Body));

        Assert.That(second.StatusCode, Is.EqualTo(first.StatusCode));
        Assert.That(await second.Content.ReadAsStringAsync(), Is.EqualTo(await first.Content.ReadAsStringAsync()));
        Assert.That(second.Content.Headers.ContentType, Is.EqualTo(first.Content.Headers.ContentType));
        Assert.That(second.Headers.Location, Is.EqualTo(first.Headers.Location));
        Assert.That(second.Headers.GetValues("Idempotent-Replayed"), Is.EqualTo(new[] { "true" }));
        Assert.That(first.Headers.Contains("Idempotent-Replayed"), Is.False);
        Assert.That(await StoredAsync(), Is.EqualTo(stored));
    }

    [TestCaseSource(nameof(All))]
    public async Task The_same_key_with_another_body_is_422(Write write)
    {
        var (athlete, key) = (Athlete(), $"{Guid.NewGuid()}");
        var id = await IdAsync(write, athlete);
        (await athlete.SendAsync(write.Request(id, key, write.Body))).EnsureSuccessStatusCode();
        var stored = await StoredAsync();

        var problem = await JsonAsync(athlete.SendAsync(write.Request(id, key, write.OtherBody ?? "{}")), 422);

        Assert.That(problem.GetProperty("code").GetString(), Is.EqualTo("idempotency-key-reused"));
        Assert.That(await StoredAsync(), Is.EqualTo(stored));
    }

    [TestCaseSource(nameof(All))]
    public async Task Sent_at_once_with_one_key_all_get_one_answer(Write write)
    {
        var (athlete, key) = (Athlete(), $"{Guid.NewGuid()}");
        var id = await IdAsync(write, athlete);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var answer = await athlete.SendAsync(write.Request(id, key, write.Body));
            return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
        }));

        Assert.That(answers.Distinct().Count(), Is.EqualTo(1), string.Join('\n', answers.Distinct()));
        Assert.That(answers[0], Does.StartWith("20"));
        Assert.That(await CountAsync($"SELECT count(*) FROM idempotency_key WHERE key = '{key}'"), Is.EqualTo("1"));
    }

    /// <summary>
    /// Killed between effect and answer: neither may be there without the other. Here the key's row cannot be written.
    /// </summary>
    [TestCaseSource(nameof(All))]
    public async Task Where_the_key_cannot_be_stored_there_is_no_effect(Write write)
    {
        var (athlete, key) = (Athlete(), $"poison-{Guid.NewGuid()}");
        var id = await IdAsync(write, athlete);
        var stored = await StoredAsync();
        await CountAsync($"ALTER TABLE idempotency_key ADD CONSTRAINT poison CHECK (key <> '{key}')");
        try
        {
            using var answer = await athlete.SendAsync(write.Request(id, key, write.Body));
            Assert.That((int)answer.StatusCode, Is.EqualTo(500));
        }
        finally
        {
            await CountAsync("ALTER TABLE idempotency_key DROP CONSTRAINT poison");
        }

        Assert.That(await StoredAsync(), Is.EqualTo(stored));
        using var again = await athlete.SendAsync(write.Request(id, key, write.Body));
        Assert.That((int)again.StatusCode, Is.LessThan(300));
    }

    [Test]
    public async Task A_refusal_keeps_no_key()
    {
        var athlete = Athlete();
        var made = await JsonAsync(athlete.PostAsJsonAsync("/activities", new { type = "RUN" }), 201);
        var pause = new Write("", "PATCH", "/activities/{id:guid}", $$"""{"state":"PAUSED","at":"{{At(9)}}"}""", null);
        var id = made.GetProperty("id").GetString()!;

        await JsonAsync(athlete.SendAsync(pause.Request(id, "k", pause.Body)), 409);
        await JsonAsync(ChangeAsync(athlete, id, "STARTED", 0), 200);
        await JsonAsync(athlete.SendAsync(pause.Request(id, "k", pause.Body)), 200);
    }

    [Test]
    public async Task Anothers_key_and_a_key_at_another_address_are_others()
    {
        var (one, other) = (Athlete(), Athlete());
        var ids = new HashSet<string?>();
        foreach (var athlete in new[] { one, other, one })
        {
            var made = await JsonAsync(athlete.SendAsync(All()[0].Request("", "same", All()[0].Body)), 201);
            ids.Add(made.GetProperty("id").GetString());
        }

        Assert.That(ids, Has.Count.EqualTo(2));
        var started = await StartedAsync(one);
        await JsonAsync(one.SendAsync(All()[2].Request(started, "same", All()[2].Body)), 200);
    }

    [TestCase("a b")]
    [TestCase("\"a\u00e9\"")]
    [TestCase("one,two", true, Description = "printable; one key")]
    public async Task A_key_that_is_none_is_400(string key, bool isGood = false)
    {
        var request = All()[0].Request("", "x", All()[0].Body);
        request.Headers.Remove("Idempotency-Key");
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);

        var answer = await JsonAsync(Athlete().SendAsync(request), isGood ? 201 : 400);
        Assert.That(isGood || answer.GetProperty("code").GetString() == "idempotency-key-malformed");
    }

    [TestCase(255, 201)]
    [TestCase(256, 400)]
    [TestCase(10_000, 400)]
    public async Task A_key_has_255_characters_at_most(int length, int status) =>
        await JsonAsync(Athlete().SendAsync(All()[0].Request("", new string('k', length), All()[0].Body)), status);

    [Test]
    public async Task Two_keys_are_400_and_a_read_looks_at_none()
    {
        var request = All()[0].Request("", "a", All()[0].Body);
        request.Headers.Add("Idempotency-Key", "b");
        await JsonAsync(Athlete().SendAsync(request), 400);

        using var read = new HttpRequestMessage(HttpMethod.Get, "/activities") { Headers = { { "Idempotency-Key", new string('k', 999) } } };
        await JsonAsync(Athlete().SendAsync(read), 200);
    }

    [Test]
    public async Task Keys_of_more_than_a_week_ago_go()
    {
        await CountAsync("UPDATE idempotency_key SET created_at = now() - interval '8 days'");
        var before = int.Parse(await CountAsync("SELECT count(*) FROM idempotency_key"), null);
        for (var i = 0; i < (before / 2) + 2; i++)
        {
            await JsonAsync(Athlete().SendAsync(All()[0].Request("", "k", All()[0].Body)), 201);
        }

        Assert.That(await CountAsync("SELECT count(*) FROM idempotency_key WHERE created_at < now() - interval '7 days'"), Is.EqualTo("0"));
    }

    [Test]
    public void Every_route_that_writes_is_here()
    {
        var written = Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods
                .Select(method => $"{method} {endpoint.RoutePattern.RawText}") ?? [])
            .Where(route => !route.StartsWith("GET ", StringComparison.Ordinal) && !route.StartsWith("HEAD ", StringComparison.Ordinal))
            // An operator's, not an athlete's: on the management port alone, and safe to repeat by themselves.
            .Where(route => !route.Contains(" /admin/", StringComparison.Ordinal))
            .Distinct();

        Assert.That(written, Is.EquivalentTo(All().Select(write => $"{write.Method} {write.Route}").Distinct()));
    }

    private static async Task<string> IdAsync(Write write, HttpClient athlete) => write switch
    {
        { Route: "/activities" or "/activities/import" } => "",
        { Method: "PUT" } => $"{Guid.CreateVersion7()}",
        _ => await StartedAsync(athlete),
    };

    private static string Chunk(int second) => JsonSerializer.Serialize(new { sequence = 1, points = new[] { Point(second) } });

    private static Task<string> StoredAsync() => CountAsync(
        """
        SELECT concat_ws('/', (SELECT count(*) FROM mt_events), (SELECT sum(version) FROM mt_streams), (SELECT count(*) FROM activity),
            (SELECT count(*) FROM route_chunk), (SELECT count(*) FROM imported_file), (SELECT count(*) FROM idempotency_key))
        """);

    private static async Task<string> CountAsync(string sql)
    {
        await using var command = Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        return $"{await command.ExecuteScalarAsync()}";
    }
}
