using System.Net;
using System.Net.Sockets;

namespace Strava.Gateway.Tests.Limits;

internal sealed class ConnectionLimitTests
{
    [Test]
    public async Task Commands_are_small_and_only_uploads_may_be_large()
    {
        using var body = new ByteArrayContent(new byte[1024 * 1024 + 1]);
        var command = await World.SendAsync(HttpMethod.Post, "/segments", await World.TokenAsync(), body);
        await command.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge);

        using var import = new ByteArrayContent(new byte[1024 * 1024 + 1]);
        var upload = await World.SendAsync(HttpMethod.Post, "/activities/import", await World.TokenAsync(), import);
        Assert.That((await upload.ReadSeenAsync()).BodyBytes, Is.EqualTo(1024 * 1024 + 1));
    }

    [Test]
    public async Task The_largest_body_is_an_option()
    {
        await using var gateway = With(("MaxBodyBytes", "2048"));
        using var http = gateway.Start();
        using var request = await RequestAsync(HttpMethod.Post, "/activities/import");
        request.Content = new ByteArrayContent(new byte[2049]);
        request.Headers.ExpectContinue = true;

        await (await http.SendAsync(request)).ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    [TestCase("X-Long: ", 17_000, "431")]
    [TestCase("", 70, "431")]
    public async Task Too_many_or_too_long_headers_are_431(string name, int size, string status)
    {
        var headers = name.Length > 0
            ? [name + new string('a', size)]
            : Enumerable.Range(0, size).Select(index => $"X-{index}: a").ToArray();

        var answer = await RawHttp.SendAsync(["GET / HTTP/1.1", .. headers]);

        Assert.That(answer, Does.StartWith($"HTTP/1.1 {status}"));
    }

    [Test]
    public async Task A_line_of_9000_characters_is_414()
    {
        var answer = await RawHttp.SendAsync($"GET /{new string('a', 9_000)} HTTP/1.1");

        Assert.That(answer, Does.StartWith("HTTP/1.1 414"));
    }

    [Test]
    public async Task Headers_that_do_not_come_end_the_connection()
    {
        await using var gateway = With(("HeadersTimeout", "00:00:01"));
        using var http = gateway.Start();
        using var connection = new RawConnection(http.BaseAddress!);

        await connection.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");

        Assert.That(await connection.ReadToEndAsync(), Does.StartWith("HTTP/1.1 408"));
    }

    [Test]
    public async Task A_body_that_drips_is_408()
    {
        await using var gateway = With(("SlowGrace", "00:00:01.5"));
        using var http = gateway.Start();
        using var connection = new RawConnection(http.BaseAddress!);

        await connection.WriteAsync(
            "POST /activities/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
            + $"Authorization: Bearer {await World.TokenAsync()}\r\n\r\nabc");

        var answer = await connection.ReadToEndAsync();
        Assert.That(answer, Does.StartWith("HTTP/1.1 408"));
        Assert.That(answer, Does.Contain("application/problem+json").And.Contain("request-timeout"));
    }

    [Test]
    public async Task A_request_that_lasts_too_long_is_503_with_retry_after()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var gateway = With(
            ("RequestTimeout", "00:00:01"),
            ("ReverseProxy:Clusters:activity:Destinations:d1:Address", $"http://{silent.LocalEndpoint}"));
        using var http = gateway.Start();

        var response = await http.SendAsync(await RequestAsync(HttpMethod.Get, "/activities"));

        await response.ShouldBeProblemAsync(HttpStatusCode.ServiceUnavailable);
        response.ShouldHaveRetryAfter();
    }

    [Test]
    public async Task One_address_may_hold_so_many_connections_and_gets_them_back([Values] bool proxyIsTrusted)
    {
        var settings = new List<(string, string)> { ("MaxConnectionsPerAddress", "2") };
        if (proxyIsTrusted)
        {
            settings.Add(("TrustedProxies:Addresses:0", "127.0.0.0/8"));
            settings.Add(("TrustedProxies:Addresses:1", "::1"));
        }

        await using var gateway = With([.. settings]);
        using var http = gateway.Start();
        using var first = new RawConnection(http.BaseAddress!);
        using (var second = new RawConnection(http.BaseAddress!))
        {
            Assert.That(await AskAsync(first) + await AskAsync(second), Does.Contain("200"));
            using var third = new RawConnection(http.BaseAddress!);
            Assert.That(await AskAsync(third), proxyIsTrusted ? Does.Contain("200") : Is.Empty);
        }

        Assert.That(
            async () =>
            {
                using var fourth = new RawConnection(http.BaseAddress!);
                return await AskAsync(fourth);
            },
            Does.Contain("200").After(delayInMilliseconds: 5_000, pollingInterval: 100));
    }

    private static async Task<string> AskAsync(RawConnection connection)
    {
        try
        {
            await connection.WriteAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
            return await connection.ReadSomeAsync();
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static RunningGateway With(params (string Name, string Value)[] changes)
    {
        var settings = World.Settings();
        foreach (var (name, value) in changes)
        {
            settings[name.Contains(':', StringComparison.Ordinal) ? name : $"Limits:{name}"] = value;
        }

        return new RunningGateway(settings);
    }

    private static async Task<HttpRequestMessage> RequestAsync(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new("Bearer", await World.TokenAsync());
        return request;
    }
}
