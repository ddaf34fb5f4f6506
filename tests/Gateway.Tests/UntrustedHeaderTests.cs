using System.Net.Http.Headers;

namespace Strava.Gateway.Tests;

internal sealed class UntrustedHeaderTests
{
    [TestCase("X-User-Id")]
    [TestCase("x-user-id")]
    [TestCase("X_User_Id")]
    [TestCase("X-Athlete-Id")]
    [TestCase("X-Auth-Request-User")]
    [TestCase("X-Remote-User")]
    [TestCase("X-MS-CLIENT-PRINCIPAL-ID")]
    [TestCase("Forwarded")]
    [TestCase("X-Original-URL")]
    [TestCase("X-Rewrite-URL")]
    [TestCase("X-Real-IP")]
    [TestCase("X-HTTP-Method-Override")]
    [TestCase("X-Forwarded-User")]
    [TestCase("X-Forwarded-Prefix")]
    public async Task A_pretended_identity_does_not_reach_a_service(string header)
    {
        var seen = await SendAsync(header, "6666");

        Assert.That(seen.Headers.Values, Has.None.Contains("6666"));
    }

    /// <summary>
    /// Who names a header in Connection asks every proxy to drop it: that must cost nobody their token.
    /// </summary>
    [TestCase("Authorization")]
    [TestCase("X-Forwarded-For")]
    [TestCase("Content-Length")]
    public async Task A_header_that_the_caller_calls_hop_by_hop_is_not_left_out(string header)
    {
        var answer = await RawHttp.SendAsync(
            "GET /activities HTTP/1.1", $"Authorization: Bearer {await World.TokenAsync()}",
            $"Connection: close, {header}, X-User-Id", "X-User-Id: 6666");

        Assert.That(answer, Does.StartWith("HTTP/1.1 200"));
        Assert.That(answer, Does.Contain("Bearer ").And.Contain("127.0.0.1").And.Not.Contain("6666"));
    }

    [TestCase("X-Forwarded-For", "127.0.0.1")]
    [TestCase("X-Forwarded-Proto", "http")]
    public async Task The_gateway_sets_its_own_forwarded_headers(string header, string expected)
    {
        var seen = await SendAsync(header, "6.6.6.6");

        Assert.That(seen.Headers[header], Is.EqualTo(expected));
    }

    [Test]
    public async Task The_token_goes_on_to_the_service_which_checks_it_again()
    {
        var token = await World.TokenAsync();
        var response = await World.SendAsync(HttpMethod.Get, "/athletes/me", token);

        var seen = await response.ReadSeenAsync();
        Assert.That(seen.Headers["Authorization"], Is.EqualTo("Bearer " + token));
    }

    [Test]
    public async Task The_trace_that_a_phone_began_goes_on()
    {
        var seen = await SendAsync("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

        Assert.That(seen.Headers["traceparent"], Does.StartWith("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
    }

    private static async Task<Seen> SendAsync(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/activities");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await World.TokenAsync());
        request.Headers.TryAddWithoutValidation(header, value);
        var response = await World.Http.SendAsync(request);
        return await response.ReadSeenAsync();
    }
}
