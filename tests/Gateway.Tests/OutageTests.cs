using System.Net;

namespace Strava.Gateway.Tests;

internal sealed class OutageTests
{
    [TestCase("GET", "/activities?mode=FRIENDS", "feed")]
    [TestCase("POST", "/activities", "activity")]
    [TestCase("GET", "/athletes/me", "athlete")]
    [TestCase("GET", "/leaderboards/RUN", "leaderboard")]
    [TestCase("GET", "/segments", "locallegend")]
    public async Task A_service_that_is_down_is_503_with_retry_after(string method, string path, string service)
    {
        var token = await World.TokenAsync();
        var settings = World.Settings();

        // Port 9 (discard) of this machine: nobody listens, the connection is refused.
        settings[$"ReverseProxy:Clusters:{service}:Destinations:d1:Address"] = "http://127.0.0.1:9";
        await using var gateway = new RunningGateway(settings);
        using var http = gateway.Start();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = new("Bearer", token);

        var response = await http.SendAsync(request);

        var problem = await response.ShouldBeProblemAsync(HttpStatusCode.ServiceUnavailable);
        response.ShouldHaveRetryAfter();
        Assert.That(problem.GetProperty("retryable").GetBoolean(), Is.True);
    }

    [Test]
    public async Task A_service_that_hangs_is_503_after_the_timeout()
    {
        var token = await World.TokenAsync();
        using var silent = new SilentServer();
        var settings = World.Settings();
        settings["ReverseProxy:Clusters:activity:Destinations:d1:Address"] = silent.Address;
        settings["ReverseProxy:Clusters:activity:HttpRequest:ActivityTimeout"] = "00:00:01";
        await using var gateway = new RunningGateway(settings);
        using var http = gateway.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/activities");
        request.Headers.Authorization = new("Bearer", token);

        var response = await http.SendAsync(request);

        await response.ShouldBeProblemAsync(HttpStatusCode.ServiceUnavailable);
        response.ShouldHaveRetryAfter();
    }

    /// <summary>Takes connections and never says a word, like a frozen process.</summary>
    private sealed class SilentServer : IDisposable
    {
        private readonly System.Net.Sockets.TcpListener _listener = new(IPAddress.Loopback, 0);

        public SilentServer()
        {
            _listener.Start();
        }

        public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

        public void Dispose()
        {
            _listener.Dispose();
        }
    }
}
