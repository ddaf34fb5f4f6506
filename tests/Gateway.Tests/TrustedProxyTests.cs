namespace Strava.Gateway.Tests;

internal sealed class TrustedProxyTests
{
    [TestCase("127.0.0.1", "192.0.2.7", "192.0.2.7", "https")]
    [TestCase("127.0.0.0/8", "6.6.6.6, 192.0.2.7", "192.0.2.7", "https", Description = "the caller wrote the first")]
    [TestCase("10.0.0.0/8", "192.0.2.7", "127.0.0.1", "http", Description = "not from a listed proxy")]
    public async Task Only_a_listed_proxy_is_believed(
        string trusted, string forwarded, string seenFor, string seenProto)
    {
        var settings = World.Settings();
        settings["TrustedProxies:Addresses:0"] = trusted;
        await using var gateway = new RunningGateway(settings);
        using var http = gateway.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/activities");
        request.Headers.Authorization = new("Bearer", await World.TokenAsync());
        request.Headers.Add("X-Forwarded-For", forwarded);
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-User", "root");

        var seen = await (await http.SendAsync(request)).ReadSeenAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(seen.Headers["X-Forwarded-For"], Is.EqualTo(seenFor));
            Assert.That(seen.Headers["X-Forwarded-Proto"], Is.EqualTo(seenProto));
            Assert.That(seen.Headers.Keys, Has.None.EqualTo("X-Forwarded-User").And.None.StartsWith("X-Original"));
        }
    }
}
