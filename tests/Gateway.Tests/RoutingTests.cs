using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Strava.Gateway.Tests;

internal sealed class RoutingTests
{
    private const string Id = "0199a7b0-0000-7000-8000-000000000001";

    [TestCase("GET", "/activities", "activity")]
    [TestCase("GET", "/activities?mode=USER&page=1", "activity")]
    [TestCase("GET", "/activities?mode=FRIENDS&page=1", "feed")]
    [TestCase("GET", "/activities?page=1&mode=FRIENDS", "feed")]
    [TestCase("GET", "/activities?mode=friends", "feed")]
    [TestCase("POST", "/activities?mode=FRIENDS", "activity")]
    [TestCase("POST", "/activities", "activity")]
    [TestCase("GET", "/activities/" + Id, "activity")]
    [TestCase("GET", "/activities/" + Id + "?mode=FRIENDS", "activity")]
    [TestCase("PATCH", "/activities/" + Id, "activity")]
    [TestCase("DELETE", "/activities/" + Id, "activity")]
    [TestCase("POST", "/activities/" + Id + "/routes", "activity")]
    [TestCase("PUT", "/activities/" + Id + "/recording", "activity")]
    [TestCase("POST", "/activities/import", "activity")]
    [TestCase("GET", "/athletes/me", "athlete")]
    [TestCase("PUT", "/athletes/me/friends/" + Id, "athlete")]
    [TestCase("GET", "/leaderboards/RUN?place=country:US&window=week&top=100", "leaderboard")]
    [TestCase("GET", "/clubs/" + Id + "/leaderboard", "leaderboard")]
    [TestCase("GET", "/challenges/" + Id + "/rank", "leaderboard")]
    [TestCase("GET", "/segments?bbox=1,2,3,4", "locallegend")]
    [TestCase("GET", "/segments/" + Id + "/histogram", "locallegend")]
    [TestCase("PUT", "/local-legends/opt-out", "locallegend")]
    public async Task A_path_goes_to_the_service_that_owns_it(string method, string path, string service)
    {
        var response = await World.SendAsync(new HttpMethod(method), path, await World.TokenAsync());

        var seen = await response.ReadSeenAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(seen.Service, Is.EqualTo(service));
            Assert.That(seen.Method, Is.EqualTo(method));
            Assert.That(seen.Path + seen.Query, Is.EqualTo(path));
        }
    }

    [TestCase("/nothing")]
    [TestCase("/internal/events?after=0")]
    [TestCase("/activities/%2e%2e/internal/events")]
    [TestCase("/activities/../health/ready")]
    [TestCase("/activitiesx")]
    [TestCase("/health")]
    public async Task What_has_no_route_is_not_there(string path)
    {
        var response = await World.SendAsync(HttpMethod.Get, path, await World.TokenAsync());

        if (path.Contains("health/ready", StringComparison.Ordinal))
        {
            // The dots are resolved before routing: this is the gateway's own health, not the service's.
            Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("\"status\":\"ready\""));
            return;
        }

        await response.ShouldBeProblemAsync(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task The_bare_address_says_what_this_is()
    {
        var response = await World.SendAsync(HttpMethod.Get, "/", token: null);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("/activities"));
    }

    [TestCase("/health/live", "live")]
    [TestCase("/health/ready", "ready")]
    public async Task The_gateway_has_its_own_health(string path, string status)
    {
        var response = await World.SendAsync(HttpMethod.Get, path, token: null);

        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain($"\"status\":\"{status}\""));
    }

    [Test]
    public async Task A_compressed_body_is_handed_on_as_it_came()
    {
        var body = new ByteArrayContent(Encoding.ASCII.GetBytes("not even gzip: the service judges"));
        body.Headers.ContentEncoding.Add("gzip");
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        var response = await World.SendAsync(
            HttpMethod.Put, $"/activities/{Id}/recording", await World.TokenAsync(), body);

        var seen = await response.ReadSeenAsync();
        Assert.That(seen.Headers["Content-Encoding"], Is.EqualTo("gzip"));
        Assert.That(seen.Body, Does.StartWith("not even gzip"));
    }

    [Test]
    public async Task A_body_over_the_limit_is_413([Values] bool lengthIsKnown)
    {
        var content = new ByteArrayContent(new byte[33 * 1024 * 1024]);
        HttpContent body = lengthIsKnown ? content : new UnknownLengthContent(content);

        var response = await World.SendAsync(HttpMethod.Post, "/activities/import", await World.TokenAsync(), body);

        await response.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    private sealed class UnknownLengthContent(HttpContent inner) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            return inner.CopyToAsync(stream, context);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
