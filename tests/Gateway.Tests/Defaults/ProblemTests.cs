using System.Net;

namespace Strava.Gateway.Tests.Defaults;

internal sealed class ProblemTests : SmallServiceTests
{
    [TestCase("/bug", 500, "internal")]
    [TestCase("/slow", 503, "unavailable")]
    public async Task A_fault_of_ours_tells_nothing_of_itself(string path, int status, string code)
    {
        var response = await Http.GetAsync(path);

        var problem = await response.ShouldBeProblemAsync((HttpStatusCode)status);
        Assert.That(problem.GetProperty("code").GetString(), Is.EqualTo(code));
        Assert.That(problem.ToString(), Does.Not.Contain("secret"));
        Assert.That(response.Headers.RetryAfter is not null, Is.EqualTo(status == 503));
    }

    [Test]
    public async Task A_conflict_names_the_state()
    {
        var problem = await (await Http.GetAsync("/conflict")).ShouldBeProblemAsync(HttpStatusCode.Conflict);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(problem.GetProperty("code").GetString(), Is.EqualTo("wrong-state"));
            Assert.That(problem.GetProperty("state").GetString(), Is.EqualTo("PAUSED"));
        }
    }

    [TestCase(400)]
    [TestCase(403)]
    [TestCase(404)]
    [TestCase(429)]
    [TestCase(503)]
    public async Task No_error_is_empty(int status)
    {
        await (await Http.GetAsync($"/empty/{status}")).ShouldBeProblemAsync((HttpStatusCode)status);
    }

    [TestCase("text/html")]
    [TestCase("image/png")]
    public async Task A_caller_who_asks_for_something_else_gets_the_problem_all_the_same(string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nothing");
        request.Headers.Accept.ParseAdd(accept);

        await (await Http.SendAsync(request)).ShouldBeProblemAsync(HttpStatusCode.NotFound);
    }

    [TestCase("/numbers/7?loud=maybe", "'maybe' is no value for 'loud'.")]
    [TestCase("/numbers/7", "'loud' is required.")]
    [TestCase("/list?page=-1", "must be one whole number from 1 to 100000.")]
    [TestCase("/list?page=0", "must be one whole number from 1 to 100000.")]
    [TestCase("/list?page=1e9", "must be one whole number from 1 to 100000.")]
    [TestCase("/list?page=99999999999", "must be one whole number from 1 to 100000.")]
    [TestCase("/list?page=", "must be one whole number from 1 to 100000.")]
    [TestCase("/list?page=1&page=2", "must be one whole number from 1 to 100000.")]
    [TestCase("/list?pageSize=0", "must be one whole number from 1 to 100.")]
    [TestCase("/list?pageSize=101", "must be one whole number from 1 to 100.")]
    public async Task A_bad_parameter_is_named(string path, string detail)
    {
        var problem = await (await Http.GetAsync(path)).ShouldBeProblemAsync(HttpStatusCode.BadRequest);

        Assert.That(problem.GetProperty("detail").GetString(), Is.EqualTo(detail));
        Assert.That(
            problem.GetProperty("errors").EnumerateObject().Single().Name, Is.AnyOf("page", "pageSize", "loud"));
    }

    [Test]
    public async Task The_next_page_keeps_the_rest_of_the_query()
    {
        var response = await Http.GetAsync("/list?mode=USER&page=2&pageSize=10");

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("""{"page":2,"pageSize":10,"offset":10}"""));
        Assert.That(
            response.Headers.GetValues("Link"), Is.EqualTo(["</list?mode=USER&pageSize=10&page=3>; rel=\"next\""]));
    }

    [TestCase("\"v7\"", 304)]
    [TestCase("W/\"v7\"", 304)]
    [TestCase("\"v1\", \"v7\"", 304)]
    [TestCase("*", 304)]
    [TestCase("\"v6\"", 200)]
    [TestCase("v7", 200)]
    [TestCase(null, 200)]
    public async Task A_known_version_is_not_sent_again(string? known, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/version");
        request.Headers.TryAddWithoutValidation("If-None-Match", known);

        var response = await Http.SendAsync(request);

        Assert.That((int)response.StatusCode, Is.EqualTo(status));
        Assert.That(response.Headers.ETag?.Tag, Is.EqualTo("\"v7\""));
    }

    [TestCase("\"v7\"", 204)]
    [TestCase("*", 204)]
    [TestCase(null, 204)]
    [TestCase("\"v6\"", 412)]
    [TestCase("W/\"v7\"", 412)]
    [TestCase("nonsense", 412)]
    public async Task A_write_on_a_stale_version_is_412(string? expected, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/version");
        if (expected is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", expected);
        }

        Assert.That((int)(await Http.SendAsync(request)).StatusCode, Is.EqualTo(status));
    }
}
