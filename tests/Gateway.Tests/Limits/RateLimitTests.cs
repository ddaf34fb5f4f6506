using System.Net;
using System.Net.Http.Json;

namespace Strava.Gateway.Tests.Limits;

internal sealed class RateLimitTests
{
    private const string Points = "/activities/0199a7b0-0000-7000-8000-000000000001/routes";

    [Test]
    public async Task In_Development_a_burst_of_1000_per_athlete_goes_through()
    {
        var token = await World.TokenAsync("burst");

        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            var seen = new List<HttpStatusCode>();
            for (var request = 0; request < 50; request++)
            {
                seen.Add((await World.SendAsync(HttpMethod.Post, Points, token)).StatusCode);
            }

            return seen;
        }));

        Assert.That(statuses.SelectMany(seen => seen), Has.Exactly(1_000).EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task One_too_many_is_429_that_says_when_to_come_back()
    {
        await using var gateway = new RunningGateway(WithBucket("Athlete", burst: 3));
        using var http = gateway.Start();
        var token = await World.TokenAsync();
        for (var request = 0; request < 3; request++)
        {
            Assert.That((await GetAsync(http, token)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }

        var response = await GetAsync(http, token);

        var problem = await response.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests);
        response.ShouldHaveRetryAfter();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problem.GetProperty("retryable").GetBoolean(), Is.True);
            Assert.That(problem.GetProperty("limit").GetString(), Is.EqualTo("athlete"));
            Assert.That(response.Headers.GetValues("RateLimit-Policy"), Is.EqualTo(["\"athlete\";q=3;w=3"]));
            Assert.That(response.Headers.GetValues("RateLimit"), Is.EqualTo(["\"athlete\";r=0;t=1"]));
        }

        await Task.Delay(response.Headers.RetryAfter!.Delta!.Value + TimeSpan.FromMilliseconds(500));
        Assert.That((await GetAsync(http, token)).StatusCode, Is.EqualTo(HttpStatusCode.OK), "after Retry-After");
    }

    [Test]
    public async Task Another_athlete_and_the_uploads_have_buckets_of_their_own()
    {
        await using var gateway = new RunningGateway(WithBucket("Athlete", burst: 1));
        using var http = gateway.Start();
        var (ana, bor) = (await World.TokenAsync("ana"), await World.TokenAsync("bor"));
        await GetAsync(http, ana);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await GetAsync(http, ana)).StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
            Assert.That((await GetAsync(http, bor)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That((await SendAsync(http, "POST", Points, ana)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }
    }

    [TestCase("POST", Points)]
    [TestCase("PUT", "/activities/0199a7b0-0000-7000-8000-000000000001/recording")]
    [TestCase("POST", "/activities/import")]
    public async Task Points_recordings_and_imports_are_uploads(string method, string path)
    {
        await using var gateway = new RunningGateway(WithBucket("Uploads", burst: 1));
        using var http = gateway.Start();
        var token = await World.TokenAsync();

        Assert.That((await SendAsync(http, method, path, token)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var problem = await (await SendAsync(http, method, path, token))
            .ShouldBeProblemAsync(HttpStatusCode.TooManyRequests);
        Assert.That(problem.GetProperty("limit").GetString(), Is.EqualTo("uploads"));
        Assert.That((await GetAsync(http, token)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Who_tries_bad_tokens_spends_the_address_but_not_its_athletes()
    {
        await using var gateway = new RunningGateway(WithBucket("Anonymous", burst: 2));
        using var http = gateway.Start();
        await GetAsync(http, "garbage");
        await GetAsync(http, token: null);

        await (await GetAsync(http, "garbage")).ShouldBeProblemAsync(HttpStatusCode.TooManyRequests);
        Assert.That((await GetAsync(http, await World.TokenAsync())).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Tokens_have_a_bucket_of_their_own()
    {
        await using var gateway = new RunningGateway(WithBucket("Tokens", burst: 1));
        using var http = gateway.Start();
        Assert.That(
            (await http.PostAsJsonAsync("/dev/token", new { athlete = "a" })).StatusCode,
            Is.EqualTo(HttpStatusCode.OK));

        var problem = await (await http.PostAsJsonAsync("/dev/token", new { athlete = "a" }))
            .ShouldBeProblemAsync(HttpStatusCode.TooManyRequests);

        Assert.That(problem.GetProperty("limit").GetString(), Is.EqualTo("tokens"));
        Assert.That((await http.GetAsync("/")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_flooding_address_is_refused_before_its_token_is_read_and_the_probe_never()
    {
        await using var gateway = new RunningGateway(WithBucket("Address", burst: 1));
        using var http = gateway.Start();
        await GetAsync(http, token: null);

        var problem = await (await GetAsync(http, await World.TokenAsync()))
            .ShouldBeProblemAsync(HttpStatusCode.TooManyRequests);

        Assert.That(problem.GetProperty("limit").GetString(), Is.EqualTo("address"));
        Assert.That((await http.GetAsync("/health/live")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Switched_off_for_a_benchmark_nothing_is_counted()
    {
        var settings = WithBucket("Athlete", burst: 1);
        settings["RateLimits:Enabled"] = "false";
        await using var gateway = new RunningGateway(settings);
        using var http = gateway.Start();
        var token = await World.TokenAsync();
        await GetAsync(http, token);

        Assert.That((await GetAsync(http, token)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private static Dictionary<string, string> WithBucket(string name, int burst)
    {
        var settings = World.Settings();
        settings[$"RateLimits:{name}:Burst"] = $"{burst}";
        settings[$"RateLimits:{name}:PerSecond"] = "1";
        return settings;
    }

    private static Task<HttpResponseMessage> GetAsync(HttpClient http, string? token)
    {
        return SendAsync(http, "GET", "/activities", token);
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient http, string method, string path, string? token)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        return http.SendAsync(request);
    }
}
