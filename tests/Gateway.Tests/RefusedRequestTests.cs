using System.Net;

namespace Strava.Gateway.Tests;

internal sealed class RefusedRequestTests
{
    [TestCase("TRACE /activities HTTP/1.1")]
    [TestCase("TRACK /activities HTTP/1.1")]
    [TestCase("PROPFIND / HTTP/1.1")]
    public async Task A_method_that_nothing_here_takes_is_405_and_echoes_nothing(string line)
    {
        var answer = await RawHttp.SendAsync(line, $"Authorization: Bearer {await World.TokenAsync()}");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer, Does.StartWith("HTTP/1.1 405"));
            Assert.That(answer, Does.Contain("Allow: GET, HEAD, POST"));
            Assert.That(answer, Does.Contain("application/problem+json"));
            Assert.That(answer, Does.Not.Contain("eyJ"));
        }
    }

    [TestCase("example.org:443", "405")]
    [TestCase("localhost", "400", Description = "the server itself refuses two names")]
    public async Task Nobody_makes_a_tunnel_of_us(string host, string status)
    {
        using var connection = new RawConnection(World.Http.BaseAddress!);

        await connection.WriteAsync(
            $"CONNECT example.org:443 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

        Assert.That(await connection.ReadToEndAsync(), Does.StartWith($"HTTP/1.1 {status}"));
    }

    [TestCase("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")]
    [TestCase("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")]
    [TestCase("Connection: keep-alive", "Upgrade: h2c", "X-Other: a")]
    [TestCase("Connection: HTTP2-Settings", "X-Other: a", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")]
    public async Task An_upgrade_to_another_protocol_is_400(params string[] headers)
    {
        var answer = await RawHttp.SendAsync(
            ["GET /activities HTTP/1.1", $"Authorization: Bearer {await World.TokenAsync()}", .. headers]);

        Assert.That(answer, Does.StartWith("HTTP/1.1 400"));
        Assert.That(answer, Does.Contain("upgrade-refused").And.Not.Contain("AAMAAABk"));
    }

    [Test]
    public async Task Http2_without_tls_is_not_spoken()
    {
        using var connection = new RawConnection(World.Http.BaseAddress!);
        await connection.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

        Assert.That(await connection.ReadToEndAsync(), Does.Not.Contain(" 200 "));
    }

    [TestCase("PUT", "/dev/token", "POST")]
    [TestCase("POST", "/", "GET")]
    [TestCase("DELETE", "/.well-known/jwks.json", "GET")]
    public async Task A_stranger_with_a_wrong_method_hears_of_the_method(string method, string path, string allow)
    {
        var response = await World.SendAsync(new HttpMethod(method), path, token: null);

        await response.ShouldBeProblemAsync(HttpStatusCode.MethodNotAllowed);
        Assert.That(response.Content.Headers.Allow, Does.Contain(allow));
    }
}
