using System.Text;
using Strava.Testing;

namespace Strava.Core.Tests.Telemetry;

/// <summary>
/// Tokens and positions with digits that occur nowhere else are sent, rightly and wrongly; nobody may have written them
/// down.
/// </summary>
[TestFixture]
[Category("Integration")]
internal sealed class CanaryTests
{
    private const string Lat = "46.271828";
    private const string Lon = "14.314159";
    private const string Password = "canary-password-5772";

    [Test]
    public async Task Neither_logs_nor_telemetry_hold_a_token_or_a_position()
    {
        var world = World.Stack;
        var (_, token) = await world.AthleteAsync();
        var (lat, lon) = (double.Parse(Lat, provider: null), double.Parse(Lon, provider: null));
        var id = Guid.CreateVersion7();
        await SendAsync(world, $"/activities/{id}/recording", token, ObservedStack.Recording(lat, lon));
        // Wrong in every way that makes somebody log what came: a bad signature, impossible points, broken JSON.
        await SendAsync(world, $"/activities/{id}/recording", token[..^6] + "AAAAAA", ObservedStack.Recording(lat, lon));
        await SendAsync(world, $"/activities/{Guid.CreateVersion7()}/recording", token, ObservedStack.Recording(lat + 90, lon));
        await SendAsync(world, $"/activities/{Guid.CreateVersion7()}/recording", token, Broken());
        await SendAsync(world, $"/activities/{Guid.CreateVersion7()}/recording?access_token={token}", token, Broken());
        await SendFilesAsync(world, token);
        await SendLiveAsync(world, token);
        using (var details = await world.SendAsync(HttpMethod.Get, $"/activities/{id}", token))
        {
            Assert.That(details.IsSuccessStatusCode);
        }

        await Eventually.HoldsAsync(() => world.Collector.Spans.Any(span => span is { Service: "Strava.Feeds", Source: "MassTransit" }));
        await Eventually.HoldsAsync(() => world.Collector.LoggingServices.Count == ObservedStack.Services.Length);
        string[] canaries = [token.Split('.')[2][..^6], token.Split('.')[1], Lat[3..], Lon[3..], Password];
        foreach (var service in ObservedStack.Services)
        {
            var log = world.Stack[service].LogTail(int.MaxValue);
            Assert.That(log.Length, Is.GreaterThan(100));
            AssertHoldsNone(log, canaries, service);
        }

        foreach (var body in world.Collector.Bodies)
        {
            AssertHoldsNone(Encoding.Latin1.GetString(body), canaries, "telemetry");
        }
    }

    private static void AssertHoldsNone(string text, string[] canaries, string where)
    {
        foreach (var canary in canaries.Where(canary => text.Contains(canary, StringComparison.Ordinal)))
        {
            var at = text.IndexOf(canary, StringComparison.Ordinal);
            Assert.Fail($"{where} holds {canary}: {text[Math.Max(0, at - 200)..Math.Min(text.Length, at + 100)]}");
        }
    }

    private static StringContent Broken() => new(
        $$"""{"type":"RUN","password":"{{Password}}","points":[{"lat":{{Lat}},"lon":"{{Lon}}x"}""", Encoding.UTF8, "application/json");

    /// <summary>A file that is read, one that is cut short, one whose places are none.</summary>
    private static async Task SendFilesAsync(ObservedStack world, string token)
    {
        const string Points = $"""<trkpt lat="{Lat}" lon="{Lon}"/><trkpt lat="{Lat}" lon="{Lon}1"/>""";
        const string Good = $"<gpx><trk><trkseg>{Points}</trkseg></trk></gpx>";
        string[] files =
        [
            Good, Good[..^20], Good.Replace("lat=\"4", "lat=\"x4", StringComparison.Ordinal),
            $"<!DOCTYPE a [<!ENTITY b \"{Lat}\">]>{Good}",
        ];
        foreach (var file in files)
        {
            using var form = new MultipartFormDataContent { { new StringContent(file), "file", $"{Lat}.gpx" } };
            await SendAsync(world, "/activities/import", token, form, HttpMethod.Post);
        }
    }

    /// <summary>Points as they come, good and impossible, and a state that the activity is not in.</summary>
    private static async Task SendLiveAsync(ObservedStack world, string token)
    {
        var id = Guid.CreateVersion7();
        var activity = $"/activities/{id}";
        var begin = Json($$"""{"type":"RUN","id":"{{id}}","startedAt":"2026-03-01T08:00:00Z"}""");
        await SendAsync(world, "/activities", token, begin, HttpMethod.Post);
        (string Lat, string At)[] points =
        [
            (Lat, "2026-03-01T08:00:01Z"), ($"9{Lat}", "2026-03-01T08:00:02Z"), ($"\"{Lat}\"", "soon"),
            (Lat, "1970-01-01T00:00:00Z"),
        ];
        foreach (var (lat, at) in points)
        {
            var point = Json($$"""{"location":{"at":"{{at}}","lat":{{lat}},"lon":{{Lon}} } }""");
            await SendAsync(world, $"{activity}/routes", token, point, HttpMethod.Post);
        }

        var resume = Json("""{"state":"RESUMED"}""");
        await SendAsync(world, $"{activity}?lat={Lat}&lon={Lon}", token, resume, HttpMethod.Patch);
        var save = Json("""{"state":"COMPLETE","at":"2026-03-01T08:00:09Z","pointCount":7}""");
        await SendAsync(world, activity, token, save, HttpMethod.Patch);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static async Task SendAsync(
        ObservedStack world, string path, string token, HttpContent content, HttpMethod? method = null)
    {
        using var answer = await world.SendAsync(method ?? HttpMethod.Put, path, token, content);
        TestContext.Out.WriteLine($"{(int)answer.StatusCode} {path.Split('?')[0]}");
    }
}
