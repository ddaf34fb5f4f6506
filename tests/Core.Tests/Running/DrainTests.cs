using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Strava.Testing;

namespace Strava.Core.Tests.Running;

[TestFixture]
[Category("Integration")]
internal sealed class DrainTests
{
    private const int Requests = 20;

    [TestCase("athlete")]
    [TestCase("gateway")]
    public async Task SIGTERM_cuts_no_request_and_turns_readiness_red_first(string name)
    {
        var service = World.Stack.Stack[name];
        var (_, token) = await World.Stack.AthleteAsync();
        using var probes = new HttpClient();
        var ready = new Uri($"http://127.0.0.1:{World.Stack.ManagementPorts[name]}/health/ready");
        Assert.That(await probes.GetStringAsync(ready), Does.Contain("\"ready\""));
        try
        {
            // Each body takes 4 s: SIGTERM comes in the middle, the listeners close 2 s after it, the rest comes later
            // still.
            var slow = Enumerable.Range(0, Requests).Select(_ => ChangeAsync(service, token, TimeSpan.FromSeconds(4))).ToArray();
            await Task.Delay(TimeSpan.FromSeconds(1));
            var stopping = service.StopAsync();
            var red = await Eventually.GivesAsync(
                async () => await probes.GetAsync(ready), answer => answer.StatusCode == HttpStatusCode.ServiceUnavailable,
                TimeSpan.FromSeconds(1.5));
            var duringDrain = await ChangeAsync(service, token, TimeSpan.Zero);

            Assert.That(await red.Content.ReadAsStringAsync(), Does.Contain("\"missing\":[\"draining\"]"));
            Assert.That(duringDrain, Is.EqualTo(HttpStatusCode.OK), "a request while load balancers look elsewhere");
            Assert.That(await Task.WhenAll(slow), Is.All.EqualTo(HttpStatusCode.OK), service.LogTail());
            await stopping;
        }
        finally
        {
            await service.StartAsync();
        }
    }

    [TestCase("athlete")]
    [TestCase("gateway")]
    public async Task The_management_port_serves_health_and_nothing_else(string name)
    {
        var management = new Uri($"http://127.0.0.1:{World.Stack.ManagementPorts[name]}");
        using var probes = new HttpClient { BaseAddress = management };
        using var live = await probes.GetAsync("/health/live");
        using var other = await probes.GetAsync("/athletes/me");

        Assert.That(live.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(other.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    private static async Task<HttpStatusCode> ChangeAsync(ServiceProcess service, string token, TimeSpan takes)
    {
        // A connection of its own: it is open before SIGTERM or it is not there.
        using var http = new HttpClient { BaseAddress = service.Url };
        using var request = new HttpRequestMessage(HttpMethod.Patch, "/athletes/me") { Content = new SlowContent(takes) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.SendAsync(request);
        await answer.Content.ReadAsByteArrayAsync();
        return answer.StatusCode;
    }

    private sealed class SlowContent : HttpContent
    {
        private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"city":"Ljubljana"}""");
        private readonly TimeSpan _takes;

        public SlowContent(TimeSpan takes)
        {
            _takes = takes;
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Body.AsMemory(0, 5));
            await stream.FlushAsync();
            await Task.Delay(_takes);
            await stream.WriteAsync(Body.AsMemory(5));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = Body.Length;
            return true;
        }
    }
}
