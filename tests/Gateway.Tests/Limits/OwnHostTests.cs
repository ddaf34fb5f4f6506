using System.Net;

namespace Strava.Gateway.Tests.Limits;

/// <summary>A host that is not ours is refused in the words of any other refusal.</summary>
internal sealed class OwnHostTests
{
    private RunningGateway _gateway = null!;
    private HttpClient _http = null!;

    [OneTimeSetUp]
    public void Start()
    {
        var settings = World.Settings();
        settings["AllowedHosts"] = "api.example.org; *.example.net";
        _gateway = new RunningGateway(settings);
        _http = _gateway.Start();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _http.Dispose();
        await _gateway.DisposeAsync();
    }

    [TestCase("/", "evil.example.com")]
    [TestCase("/", "api.example.org.evil.com")]
    [TestCase("/", "example.net", Description = "only what is below it")]
    [TestCase("/", "localhost")]
    [TestCase("/", "[::1]:80")]
    [TestCase("/activities", "127.0.0.1", Description = "before anybody asks for a token")]
    [TestCase("/dev/token", "evil.example.com:8080")]
    public async Task Anothers_is_421_with_a_problem(string path, string host)
    {
        using var answer = await SendAsync(path, host);

        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.MisdirectedRequest);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problem.GetProperty("code").GetString(), Is.EqualTo("host-refused"));
            Assert.That(problem.GetProperty("retryable").GetBoolean(), Is.False);
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Not.Contain("example"), "it echoes nothing");
            Assert.That(answer.Headers.Contains("X-Content-Type-Options"));
        }
    }

    [TestCase("/", "api.example.org", 200)]
    [TestCase("/", "API.example.org:8443", 200)]
    [TestCase("/", "eu.example.net", 200)]
    [TestCase("/activities", "api.example.org", 401)]
    [TestCase("/health/live", "10.1.2.3:8080", 200, Description = "a probe calls by address")]
    public async Task Ours_is_served(string path, string host, int status)
    {
        using var answer = await SendAsync(path, host);

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
    }

    [TestCase("*")]
    [TestCase("api.example.org;*")]
    [TestCase("")]
    public async Task An_asterisk_or_nothing_takes_any(string setting)
    {
        var settings = World.Settings();
        settings["AllowedHosts"] = setting;
        await using var gateway = new RunningGateway(settings);
        using var http = gateway.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "whatever.example" } };

        using var answer = await http.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private Task<HttpResponseMessage> SendAsync(string path, string host)
    {
        return _http.SendAsync(new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } });
    }
}
