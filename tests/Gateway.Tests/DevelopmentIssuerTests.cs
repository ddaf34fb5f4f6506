using System.Net;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Strava.Gateway.Tests;

[NonParallelizable]
internal sealed class DevelopmentIssuerTests
{
    [Test]
    public async Task A_name_always_gives_the_same_athlete_and_a_token_of_its_own()
    {
        var first = await IssueAsync("""{"athlete":"ana"}""");
        var second = await IssueAsync("""{"athlete":"ana"}""");
        var other = await IssueAsync("""{"athlete":"bor"}""");

        var token = new JsonWebToken(first.GetProperty("accessToken").GetString());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                second.GetProperty("athleteId").GetGuid(), Is.EqualTo(first.GetProperty("athleteId").GetGuid()));
            Assert.That(
                other.GetProperty("athleteId").GetGuid(), Is.Not.EqualTo(first.GetProperty("athleteId").GetGuid()));
            Assert.That(first.GetProperty("athleteId").GetGuid().Version, Is.EqualTo(5));
            Assert.That(token.Subject, Is.EqualTo(first.GetProperty("athleteId").GetString()));
            Assert.That(token.GetClaim("name").Value, Is.EqualTo("ana"));
            Assert.That(token.Alg, Is.EqualTo("ES256"));
            Assert.That(token.ValidTo - token.ValidFrom, Is.EqualTo(TimeSpan.FromHours(12)));
        }
    }

    [Test]
    public async Task A_new_athlete_may_read_at_once()
    {
        var answer = await IssueAsync("""{"athlete":"ana","country":"SI","region":"SI-061","city":"Ljubljana"}""");

        var response = await World.SendAsync(
            HttpMethod.Get, "/athletes/me", answer.GetProperty("accessToken").GetString());
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("""{"athlete":""}""", 422)]
    [TestCase("""{"athlete":"  "}""", 422)]
    [TestCase("""{"athlete":"a\u0000b"}""", 422)]
    [TestCase("""{"athlete":"a\ud800b"}""", 400)]
    [TestCase("""{"athlete":"demo","country":"Slovenia"}""", 422)]
    [TestCase("""{"athlete":"demo","country":"us"}""", 422)]
    [TestCase("""{"athlete":"demo","city":""}""", 422)]
    [TestCase("""{}""", 400)]
    [TestCase("""{"athlete":null}""", 400)]
    [TestCase("""{"athlete":7}""", 400)]
    [TestCase("""{"athlete":"demo","admin":true}""", 400)]
    [TestCase("""{"athlete":"demo","athlete":"root"}""", 400)]
    [TestCase("null", 400)]
    [TestCase("", 400)]
    [TestCase("[]", 400)]
    [TestCase("{", 400)]
    public async Task Bad_input_is_told_in_a_sentence(string body, int status)
    {
        var response = await PostAsync(body);

        var problem = await response.ShouldBeProblemAsync((HttpStatusCode)status);
        Assert.That(problem.GetProperty("detail").GetString(), Does.EndWith("."));
        Assert.That(problem.GetProperty("errors").EnumerateObject().Count(), Is.GreaterThan(0));
        Assert.That(problem.GetProperty("retryable").GetBoolean(), Is.False);
    }

    [Test]
    public async Task A_name_of_101_characters_is_too_long()
    {
        await (await PostAsync(
            $$"""{"athlete":"{{new string('a', 101)}}"}""")).ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity);
    }

    [Test]
    public async Task A_large_body_is_413()
    {
        var response = await PostAsync($$"""{"athlete":"{{new string('a', 10_000)}}"}""");
        await response.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    [TestCase("text/plain")]
    [TestCase("application/xml")]
    [TestCase(null)]
    public async Task A_body_that_is_not_JSON_is_415(string? contentType)
    {
        using var content = new ByteArrayContent("""{"athlete":"demo"}"""u8.ToArray());
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        await (await World.Http.PostAsync(
            "/dev/token", content)).ShouldBeProblemAsync(HttpStatusCode.UnsupportedMediaType);
    }

    [Test]
    public async Task Another_method_is_405()
    {
        var response = await World.SendAsync(HttpMethod.Put, "/dev/token", await World.TokenAsync());
        await response.ShouldBeProblemAsync(HttpStatusCode.MethodNotAllowed);
    }

    [Test]
    public async Task The_athlete_service_is_asked_with_the_very_token()
    {
        World.Stub("athlete").Answer = HttpStatusCode.UnprocessableEntity;
        try
        {
            var response = await PostAsync("""{"athlete":"demo","country":"ZZ"}""");
            var problem = await response.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity);
            Assert.That(problem.GetProperty("detail").GetString(), Is.EqualTo("No such country."));
        }
        finally
        {
            World.Stub("athlete").Answer = null;
        }
    }

    [Test]
    public async Task A_failing_athlete_service_is_503_with_retry_after()
    {
        World.Stub("athlete").Answer = HttpStatusCode.InternalServerError;
        try
        {
            var response = await PostAsync("""{"athlete":"demo"}""");
            await response.ShouldBeProblemAsync(HttpStatusCode.ServiceUnavailable);
            response.ShouldHaveRetryAfter();
        }
        finally
        {
            World.Stub("athlete").Answer = null;
        }
    }

    [Test]
    [Platform("Linux,MacOsX")]
    [UnsupportedOSPlatform("windows")]
    public void The_key_file_is_for_its_owner_only()
    {
        Assert.That(File.GetUnixFileMode(World.KeyFile), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task A_token_outlives_a_restart()
    {
        var token = await World.TokenAsync();
        await using var restarted = new RunningGateway(World.Settings());
        using var http = restarted.Start();

        using var request = new HttpRequestMessage(HttpMethod.Get, "/activities");
        request.Headers.Authorization = new("Bearer", token);
        Assert.That((await http.SendAsync(request)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("Production")]
    [TestCase("Staging")]
    public void It_refuses_to_start_outside_Development(string environment)
    {
        using var gateway = new RunningGateway(World.Settings()) { Environment = environment };

        Assert.That(
            gateway.Start,
            Throws.InvalidOperationException.With.Message.Contains(
                "DevelopmentIssuer:Enabled is true, but the environment is " + environment));
    }

    [Test]
    public void Without_an_issuer_it_refuses_to_start_and_says_what_to_set()
    {
        using var gateway = new RunningGateway([]) { Environment = "Production" };

        Assert.That(
            gateway.Start, Throws.Exception.With.Message.Contains("Authentication:Authority must be the absolute URL"));
    }

    [Test]
    public void Outside_Development_an_issuer_without_TLS_is_refused()
    {
        var settings = new Dictionary<string, string> { ["Authentication:Authority"] = "http://issuer.test" };
        using var gateway = new RunningGateway(settings) { Environment = "Production" };

        Assert.That(gateway.Start, Throws.Exception.With.Message.Contains("must begin with https://"));
    }

    [Test]
    public async Task Switched_off_there_is_no_way_to_a_token()
    {
        var settings = new Dictionary<string, string> { ["Authentication:Authority"] = "https://issuer.test" };
        await using var gateway = new RunningGateway(settings) { Environment = "Production" };
        using var http = gateway.Start();

        await (await http.PostAsJsonAsync(
            "/dev/token", new { athlete = "demo" })).ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
    }

    private static async Task<JsonElement> IssueAsync(string body)
    {
        var response = await PostAsync(body);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<HttpResponseMessage> PostAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await World.Http.PostAsync("/dev/token", content);
    }
}
