using System.Net;

namespace Strava.Gateway.Tests;

internal sealed class BrowserTests
{
    private const string Listed = "https://app.example.org";

    [TestCase("/", 200)]
    [TestCase("/activities", 401)]
    [TestCase("/dev/token", 405)]
    public async Task Every_answer_bears_the_security_headers(string path, int status)
    {
        var response = await World.SendAsync(HttpMethod.Get, path, token: null);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(status));
            Assert.That(response.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(["nosniff"]));
            Assert.That(response.Headers.GetValues("Referrer-Policy"), Is.EqualTo(["no-referrer"]));
            Assert.That(
                response.Headers.GetValues("Content-Security-Policy"),
                Is.EqualTo(["default-src 'none'; frame-ancestors 'none'"]));
            Assert.That(response.Headers.Server, Is.Empty);
            Assert.That(response.Headers.Contains("Strict-Transport-Security"), Is.False, "in Development");
        }
    }

    [Test]
    public async Task What_a_service_runs_on_is_not_told()
    {
        var response = await World.SendAsync(HttpMethod.Get, "/activities", await World.TokenAsync());

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Headers.Server, Is.Empty);
    }

    [TestCase("https", true)]
    [TestCase("http", false)]
    public async Task Outside_Development_HSTS_is_told_over_TLS(string scheme, bool told)
    {
        var settings = new Dictionary<string, string>
        {
            ["Authentication:Authority"] = "https://issuer.test",
            ["TrustedProxies:Addresses:0"] = "127.0.0.1",
            ["TrustedProxies:Addresses:1"] = "::1",
        };
        await using var gateway = new RunningGateway(settings) { Environment = "Production" };
        using var http = gateway.Start();
        http.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.7");
        http.DefaultRequestHeaders.Add("X-Forwarded-Proto", scheme);

        var response = await http.GetAsync("/");

        Assert.That(response.Headers.Contains("Strict-Transport-Security"), Is.EqualTo(told));
    }

    [Test]
    public async Task By_default_no_other_origin_may_call()
    {
        await (await PreflightAsync(World.Http, Listed)).ShouldBeProblemAsync(HttpStatusCode.Forbidden);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Origin", Listed);
        var response = await World.Http.SendAsync(request);
        Assert.That(response.Headers.Contains("Access-Control-Allow-Origin"), Is.False);
    }

    [Test]
    public async Task A_listed_origin_may_and_another_may_not()
    {
        var settings = World.Settings();
        settings["Cors:Origins:0"] = Listed;
        await using var gateway = new RunningGateway(settings);
        using var http = gateway.Start();

        var preflight = await PreflightAsync(http, Listed);
        var refused = await PreflightAsync(http, "https://evil.test");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/activities");
        request.Headers.Add("Origin", Listed);
        var anonymous = await http.SendAsync(request);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(preflight.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
            Assert.That(preflight.Headers.GetValues("Access-Control-Allow-Origin"), Is.EqualTo([Listed]));
            Assert.That(
                preflight.Headers.GetValues("Access-Control-Allow-Headers").Single(), Does.Contain("Authorization"));
            Assert.That(preflight.Headers.Contains("Access-Control-Allow-Credentials"), Is.False);
            Assert.That(refused.Headers.Contains("Access-Control-Allow-Origin"), Is.False);
            Assert.That(anonymous.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
            Assert.That(
                anonymous.Headers.GetValues("Access-Control-Allow-Origin"),
                Is.EqualTo([Listed]),
                "errors are readable too");
        }

        await refused.ShouldBeProblemAsync(HttpStatusCode.Forbidden);
    }

    private static Task<HttpResponseMessage> PreflightAsync(HttpClient http, string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, "/activities");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        return http.SendAsync(request);
    }
}
