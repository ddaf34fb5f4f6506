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

    private static async Task SendAsync(ObservedStack world, string path, string token, HttpContent content)
    {
        using var answer = await world.SendAsync(HttpMethod.Put, path, token, content);
        TestContext.Out.WriteLine((int)answer.StatusCode);
    }
}
