using System.Net;
using System.Text;

namespace Strava.Gateway.Tests.Defaults;

internal sealed class StrictJsonTests : SmallServiceTests
{
    [TestCase("""{"name":"a","lat":"NaN","at":"2026-01-01T00:00:00Z"}""", 400, "$.lat")]
    [TestCase("""{"name":"a","lat":"1.5","at":"2026-01-01T00:00:00Z"}""", 400, "$.lat")]
    [TestCase("""{"name":"a","lat":NaN,"at":"2026-01-01T00:00:00Z"}""", 400, "$.lat")]
    [TestCase("""{"name":"a","lat":1e999,"at":"2026-01-01T00:00:00Z"}""", 422, "$.lat")]
    [TestCase("""{"name":"a","lat":-1e999,"at":"2026-01-01T00:00:00Z"}""", 422, "$.lat")]
    [TestCase("""{"name":"a","lat":null,"at":"2026-01-01T00:00:00Z"}""", 400, "$.lat")]
    [TestCase("""{"name":"a","at":"2026-01-01T00:00:00Z"}""", 400, "lat")]
    [TestCase("""{"name":null,"lat":1,"at":"2026-01-01T00:00:00Z"}""", 400, "null")]
    [TestCase("""{"name":"a","lat":1,"lat":2,"at":"2026-01-01T00:00:00Z"}""", 400, "twice")]
    [TestCase("""{"name":"a","lat":1,"at":"2026-01-01T00:00:00Z","athleteId":"x"}""", 400, "unknown")]
    [TestCase("""{"Name":"a","lat":1,"at":"2026-01-01T00:00:00Z"}""", 400, "unknown")]
    [TestCase("""{"name":"a\u0000","lat":1,"at":"2026-01-01T00:00:00Z"}""", 422, "U+0000")]
    [TestCase("""{"name":"a\ud800","lat":1,"at":"2026-01-01T00:00:00Z"}""", 400, "$.name")]
    [TestCase("""{"name":7,"lat":1,"at":"2026-01-01T00:00:00Z"}""", 400, "$.name")]
    [TestCase("""{"name":"a","lat":1,"at":"2026-01-01T00:00:00"}""", 400, "offset")]
    [TestCase("""{"name":"a","lat":1,"at":"yesterday"}""", 400, "$.at")]
    [TestCase("""{"name":"a","lat":1,"at":1767225600}""", 400, "$.at")]
    [TestCase("""{"name":"a","lat":1,"at":"0001-01-01T00:00:00+14:00"}""", 400, "$.at")]
    [TestCase("""{"name":"a","lat":1,"at":"2026-01-01T00:00:00Z","heartRate":1.5}""", 400, "$.heartRate")]
    [TestCase("""{"name":"a","lat":1,"at":"2026-01-01T00:00:00Z","heartRate":99999999999}""", 400, "$.heartRate")]
    [TestCase("""{"name":"a","lat":1,"at":"2026-01-01T00:00:00Z",}""", 400, "line 1")]
    [TestCase("""{"name":"a",/* */"lat":1,"at":"2026-01-01T00:00:00Z"}""", 400, "line 1")]
    [TestCase("{\n\"name\":\"a\",\n\"lat\":true}", 400, "line 3")]
    [TestCase("null", 400, "")]
    [TestCase("", 400, "")]
    [TestCase("7", 400, "")]
    public async Task A_body_that_is_not_exactly_right_is_refused_with_its_place(string body, int status, string says)
    {
        var response = await PostAsync("/commands", body);

        var problem = await response.ShouldBeProblemAsync((HttpStatusCode)status);
        Assert.That(
            problem.GetProperty("detail").GetString(), Does.Contain(says).And.Not.Contain("Strava.").And.EndsWith("."));
        Assert.That(problem.GetProperty("retryable").GetBoolean(), Is.False);
    }

    [Test]
    public async Task Depth_is_bounded()
    {
        const string Open = """{"name":"a","lat":1,"at":"2026-01-01T00:00:00Z","inner":""";
        var body = string.Concat(Enumerable.Repeat(Open, 40)) + "null" + new string('}', 40);

        await (await PostAsync("/commands", body)).ShouldBeProblemAsync(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task A_type_that_does_not_forbid_it_takes_a_newer_phones_members()
    {
        var response = await PostAsync("/recordings", """{"name":"a","heights":[1,2],"windMetersPerSecond":3}""");

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("2"));
    }

    [TestCase("2026-01-01T01:30:00.123456+01:00", "2026-01-01T00:30:00.123Z")]
    [TestCase("2026-01-01T00:30:00Z", "2026-01-01T00:30:00.000Z")]
    [TestCase("2026-01-01T00:30-05:00", "2026-01-01T05:30:00.000Z")]
    public async Task Times_are_written_in_UTC_with_milliseconds(string given, string written)
    {
        var response = await PostAsync("/commands", $$"""{"name":"a","lat":-0.0,"at":"{{given}}"}""");

        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain($"\"at\":\"{written}\""));
    }

    [TestCase("text/plain")]
    [TestCase("application/xml")]
    [TestCase(null)]
    public async Task Another_content_type_is_415(string? contentType)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        await (await Http.PostAsync("/commands", content)).ShouldBeProblemAsync(HttpStatusCode.UnsupportedMediaType);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Http.PostAsync(path, content);
    }
}
