using System.Net;
using System.Text.Json;

namespace Strava.Gateway.Tests;

internal static class Problem
{
    /// <summary>Every refusal must have this shape, whoever refuses.</summary>
    public static async Task<JsonElement> ShouldBeProblemAsync(this HttpResponseMessage response, HttpStatusCode status)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(status), body);
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"), body);
        var problem = JsonDocument.Parse(body).RootElement;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problem.GetProperty("status").GetInt32(), Is.EqualTo((int)status));
            Assert.That(problem.GetProperty(
                "type").GetString(), Is.EqualTo("/problems/" + problem.GetProperty("code").GetString()));
            Assert.That(problem.GetProperty("title").GetString(), Is.Not.Empty);
            Assert.That(problem.GetProperty("instance").GetString(), Does.StartWith("/"));
            Assert.That(problem.GetProperty("traceId").GetString(), Is.Not.Empty);
            Assert.That(problem.TryGetProperty("retryable", out _), Is.True);
            Assert.That(body, Does.Not.Contain("   at ").And.Not.Contain("Exception").And.Not.Contain("System."));
        }

        return problem;
    }

    public static void ShouldHaveRetryAfter(this HttpResponseMessage response)
    {
        Assert.That(response.Headers.RetryAfter?.Delta, Is.GreaterThan(TimeSpan.Zero));
    }
}
