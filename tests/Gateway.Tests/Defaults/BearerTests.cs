using System.Net;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Strava.ServiceDefaults;

namespace Strava.Gateway.Tests.Defaults;

internal sealed class BearerTests
{
    [Test]
    public async Task A_service_reads_the_issuers_keys_itself_and_knows_the_caller()
    {
        await using var service = await (
            await SmallService.StartAsync(World.Http.BaseAddress!.ToString())).SignInAsync();

        var me = JsonDocument.Parse(await service.Http.GetStringAsync("/me")).RootElement;

        var token = JsonDocument.Parse(await (await World.SendAsync(
            HttpMethod.Post, "/dev/token", token: null, new StringContent(
                "{\"athlete\":\"demo\"}", null, "application/json")))
            .Content.ReadAsStringAsync()).RootElement;
        Assert.That(me.GetProperty("athleteId").GetGuid(), Is.EqualTo(token.GetProperty("athleteId").GetGuid()));
        Assert.That(me.GetProperty("name").GetString(), Is.EqualTo("demo"));
    }

    [TestCase(null)]
    [TestCase("garbage")]
    public async Task Without_the_gateway_a_service_still_asks_for_a_token(string? token)
    {
        await using var service = await SmallService.StartAsync(World.Http.BaseAddress!.ToString());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/me");
        request.Headers.TryAddWithoutValidation("X-User-Id", Guid.Empty.ToString());
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        var response = await service.Http.SendAsync(request);

        await response.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
        Assert.That(response.Headers.WwwAuthenticate, Is.Not.Empty);
    }

    [Test]
    public async Task While_the_issuer_is_away_it_is_503_and_when_it_comes_the_same_token_is_good()
    {
        var port = FreePort();
        await using var service = await (await SmallService.StartAsync($"http://127.0.0.1:{port}")).SignInAsync();

        var early = await service.Http.GetAsync("/me");
        await early.ShouldBeProblemAsync(HttpStatusCode.ServiceUnavailable);
        early.ShouldHaveRetryAfter();

        await using var issuer = await StartForwarderAsync(port);
        Assert.That((await service.Http.GetAsync("/me")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase(true, 200, "ready")]
    [TestCase(false, 503, "not ready")]
    public async Task Ready_names_what_is_missing(bool isReady, int status, string says)
    {
        await using var service = await SmallService.StartAsync(World.Http.BaseAddress!.ToString(), isReady);

        var response = await service.Http.GetAsync("/health/ready");

        var body = await response.Content.ReadAsStringAsync();
        var answer = JsonDocument.Parse(body).RootElement;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(status));
            Assert.That(answer.GetProperty("status").GetString(), Is.EqualTo(says));
            Assert.That(
                answer.GetProperty("missing").EnumerateArray().Select(name => name.GetString()),
                Is.EqualTo(isReady ? ["redis"] : new[] { "postgres", "redis" }));
            Assert.That(body, Does.Not.Contain("secret"));
            Assert.That((await service.Http.GetAsync("/health/live")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }
    }

    [Test]
    public void A_subject_that_is_a_uuid_is_the_athlete()
    {
        Assert.That(
            Caller("a", "0199A7B0-0000-7000-8000-000000000001").AthleteId().ToString(), Does.StartWith("0199a7b0"));
    }

    [Test]
    public void Another_subject_gives_a_uuid_that_stays_and_differs_by_issuer()
    {
        var id = Caller("https://a", "auth0|7").AthleteId();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(id.Version, Is.EqualTo(5));
            Assert.That(Caller("https://a", "auth0|7").AthleteId(), Is.EqualTo(id));
            Assert.That(Caller("https://b", "auth0|7").AthleteId(), Is.Not.EqualTo(id));
        }
    }

    [Test]
    public void Version_5_is_the_one_of_the_RFC()
    {
        // RFC 9562, appendix A.4: the DNS namespace and "www.example.com".
        var dns = new Guid("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
        Assert.That(
            NameBasedGuid.Create(dns, "www.example.com"), Is.EqualTo(new Guid("2ed6657d-e927-568b-95e1-2665a8aea6a2")));
    }

    private static ClaimsPrincipal Caller(string issuer, string subject)
    {
        return new ClaimsPrincipal(new ClaimsIdentity([new Claim("iss", issuer), new Claim("sub", subject)], "test"));
    }

    /// <summary>The gateway's discovery under another port, as if the gateway had come up late there.</summary>
    private static async Task<WebApplication> StartForwarderAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        app.Run(
            async context => await context.Response.WriteAsync(await World.Http.GetStringAsync(context.Request.Path)));
        await app.StartAsync();
        return app;
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
