using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Strava.Gateway.Tests;

/// <summary>
/// The page of the API's documents: ours to the last byte, within its own security headers, not in Production.
/// </summary>
internal sealed partial class DocsTests
{
    private static readonly Dictionary<string, string> Production =
        new() { ["Authentication:Authority"] = "https://issuer.test" };

    [TestCase("/docs", "text/html")]
    [TestCase("/docs/docs.js", "text/javascript")]
    [TestCase("/docs/docs.css", "text/css")]
    public async Task The_page_is_open_and_may_run_its_own_files_alone(string path, string mediaType)
    {
        var response = await World.SendAsync(HttpMethod.Get, path, token: null);

        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo(mediaType));
            Assert.That(policy, Does.Contain("default-src 'none'").And.Contain("script-src 'self'"));
            Assert.That(policy, Does.Not.Contain("unsafe").And.Not.Contain("http"));
            Assert.That(response.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
        }
    }

    [Test]
    public async Task It_needs_nothing_from_elsewhere_and_nothing_inline()
    {
        var page = await World.Http.GetStringAsync("/docs");
        var script = await World.Http.GetStringAsync("/docs/docs.js");
        var style = await World.Http.GetStringAsync("/docs/docs.css");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(page + script + style, Does.Not.Contain("://").And.Not.Contain("@import"));
            Assert.That(page, Does.Not.Match("<script>|<style|style=| on[a-z]+="));

            // Words of a document or an answer must never become markup or code.
            Assert.That(script, Does.Not.Match("innerHTML|outerHTML|insertAdjacent|document.write|eval|setAttribute"));
            foreach (Match reference in References().Matches(page))
            {
                var found = await World.Http.GetAsync(reference.Groups["path"].Value);
                Assert.That(found.StatusCode, Is.EqualTo(HttpStatusCode.OK), reference.Value);
            }
        }
    }

    [Test]
    public async Task It_lists_every_service_and_each_document_comes_from_its_own()
    {
        var documents = JsonDocument.Parse(await World.Http.GetStringAsync("/docs/documents")).RootElement;

        var names = documents.EnumerateArray().Select(one => one.GetProperty("name").GetString());
        Assert.That(names, Is.EquivalentTo((string[])["gateway", .. World.ServiceNames]));
        foreach (var service in World.ServiceNames)
        {
            // Open, though every other path of a service wants a token.
            var response = await World.SendAsync(HttpMethod.Get, $"/openapi/{service}.json", token: null);
            var seen = await response.ReadSeenAsync();
            Assert.That((seen.Service, seen.Path), Is.EqualTo((service, "/openapi/v1.json")));
        }
    }

    [Test]
    public async Task The_gateways_own_document_is_OpenAPI_3_1()
    {
        var document = JsonDocument.Parse(await World.Http.GetStringAsync("/openapi/v1.json")).RootElement;

        Assert.That(document.GetProperty("openapi").GetString(), Does.StartWith("3.1."));
        Assert.That(document.GetProperty("paths").TryGetProperty("/dev/token", out _));
    }

    [TestCase("/docs")]
    [TestCase("/docs/documents")]
    [TestCase("/openapi/v1.json")]
    [TestCase("/openapi/activity.json")]
    public async Task In_Production_there_is_none_of_it(string path)
    {
        await using var gateway = new RunningGateway(Production) { Environment = "Production" };
        using var http = gateway.Start();

        await (await http.GetAsync(path)).ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
        Assert.That(await http.GetStringAsync("/"), Does.Not.Contain("docs"));
    }

    [TestCase("Production", "true", HttpStatusCode.OK)]
    [TestCase("Development", "false", HttpStatusCode.Unauthorized)]
    public async Task The_switch_decides_over_the_environment(string environment, string isOn, HttpStatusCode expected)
    {
        var settings = new Dictionary<string, string>(Production) { ["ApiDocs:Enabled"] = isOn };
        await using var gateway = new RunningGateway(settings) { Environment = environment };
        using var http = gateway.Start();

        Assert.That((await http.GetAsync("/docs")).StatusCode, Is.EqualTo(expected));
        Assert.That((await http.GetAsync("/openapi/v1.json")).StatusCode, Is.EqualTo(expected));
    }

    [GeneratedRegex("(?:src|href)=\"(?<path>/[^\"]*)\"")]
    private static partial Regex References();
}
