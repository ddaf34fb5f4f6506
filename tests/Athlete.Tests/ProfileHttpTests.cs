using System.Net;
using System.Text.Json.Nodes;

namespace Strava.Athletes.Tests;

[TestFixture]
[Category("Integration")]
internal sealed class ProfileHttpTests
{
    [Test]
    public async Task Without_a_token_nothing_is_told()
    {
        using var answer = await AthleteFixture.Service.CreateClient().GetAsync("/athletes/me");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task A_never_seen_athlete_is_told_how_to_make_a_profile()
    {
        using var answer = await Somebody.New().Http.GetAsync("/athletes/me");
        var problem = await Somebody.BodyAsync(answer);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/problem+json"));
            Assert.That(problem["detail"]!.GetValue<string>(), Does.Contain("PATCH /athletes/me to make your profile"));
        }
    }

    [Test]
    public async Task A_patch_makes_the_profile_and_the_next_one_changes_it()
    {
        var ana = Somebody.New();
        using var made = await ana.PatchAsync(
            """{"name":" Ana ","country":"us","region":"ca","city":" Davis ","timeZone":"America/Los_Angeles"}""");
        using var changed = await ana.PatchAsync("""{"units":"IMPERIAL","defaultVisibility":"FRIENDS"}""");
        using var read = await ana.Http.GetAsync("/athletes/me");
        var profile = await Somebody.BodyAsync(read);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(made.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(made.Headers.ETag!.Tag, Is.EqualTo("\"v1\""));
            Assert.That(read.Headers.ETag!.Tag, Is.EqualTo("\"v2\""));
            Assert.That(JsonNode.DeepEquals(profile, JsonNode.Parse(
                $$"""
                {"id": "{{ana.Id}}", "version": 2, "name": "Ana", "country": "US", "region": "US-CA", "city": "Davis",
                 "timeZone": "America/Los_Angeles", "units": "IMPERIAL", "defaultVisibility": "FRIENDS"}
                """)), profile.ToJsonString());
        }
    }

    [Test]
    public async Task A_patch_that_changes_nothing_keeps_the_version_and_writes_no_message()
    {
        var ana = await Somebody.WithProfileAsync();
        using var again = await ana.PatchAsync("""{"name":"Ana"}""");
        using var empty = await ana.PatchAsync("{}");
        Assert.That(new[] { again.Headers.ETag!.Tag, empty.Headers.ETag!.Tag }, Is.All.EqualTo("\"v1\""));
    }

    [Test]
    public async Task A_new_profile_takes_the_name_of_the_token_and_is_refused_without_any()
    {
        using var named = await Somebody.New("Bor from the issuer").PatchAsync("{}");
        using var nameless = await Somebody.New().PatchAsync("""{"country":"SI"}""");
        using (Assert.EnterMultipleScope())
        {
            var made = await Somebody.BodyAsync(named);
            Assert.That(made["name"]!.GetValue<string>(), Is.EqualTo("Bor from the issuer"));
            Assert.That(nameless.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        }
    }

    [TestCase("""{"nmae":"Ana"}""", 400)]
    [TestCase("""{"version":7}""", 400)]
    [TestCase("""{"name":7}""", 400)]
    [TestCase("""{"units":"FURLONGS"}""", 400)]
    [TestCase("""{"units":1}""", 400)]
    [TestCase("""{"name":"a","name":"b"}""", 400)]
    [TestCase("""{"name":""", 400)]
    [TestCase("null", 400)]
    [TestCase("""{"name":"\ud800"}""", 400)]
    [TestCase("""{"name":"a\u0000b"}""", 422)]
    [TestCase("""{"city":"\u0000"}""", 422)]
    [TestCase("""{"timeZone":"Europe/Atlantis"}""", 422)]
    [TestCase("""{"country":"ZZ"}""", 422)]
    public async Task What_cannot_be_is_refused_and_leaves_no_trace(string json, int status)
    {
        var somebody = Somebody.New();
        using var refused = await somebody.PatchAsync(json);
        using var read = await somebody.Http.GetAsync("/athletes/me");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)refused.StatusCode, Is.EqualTo(status));
            Assert.That(refused.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/problem+json"));
            Assert.That(read.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        }
    }

    [Test]
    public async Task Conditions_are_kept()
    {
        var ana = await Somebody.WithProfileAsync();
        ana.Http.DefaultRequestHeaders.TryAddWithoutValidation("If-None-Match", "\"v1\"");
        using var known = await ana.Http.GetAsync("/athletes/me");
        ana.Http.DefaultRequestHeaders.TryAddWithoutValidation("If-Match", "\"v7\"");
        using var stale = await ana.PatchAsync("""{"name":"Anja"}""");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(known.StatusCode, Is.EqualTo(HttpStatusCode.NotModified));
            Assert.That(stale.StatusCode, Is.EqualTo(HttpStatusCode.PreconditionFailed));
        }
    }

    [Test]
    public async Task Parallel_patches_each_get_a_version_of_their_own()
    {
        var ana = await Somebody.WithProfileAsync();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => ana.PatchAsync($$"""{"city":"City {{i}}"}""")));
        var profiles = await Task.WhenAll(answers.Select(Somebody.BodyAsync));
        Assert.That(
            profiles.Select(profile => profile["version"]!.GetValue<long>()), Is.EquivalentTo(Enumerable.Range(2, 20)));
    }
}
