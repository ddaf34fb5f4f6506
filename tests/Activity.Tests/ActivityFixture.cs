using System.Net.Http.Json;
using System.Text.Json;
using Strava.EventStore;
using Strava.Testing;

namespace Strava.Activities.Tests;

/// <summary>The service in this process on a real database and broker, and words to talk to it.</summary>
[SetUpFixture]
internal sealed class ActivityFixture
{
    private static ServiceHost<Program> _host = null!;

    public static DateTimeOffset Start { get; } = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [OneTimeSetUp]
    public static async Task StartAsync()
    {
        var rabbitMq = await TestServers.RabbitMqAsync();
        _host = await ServiceHost<Program>.StartAsync(
            "activity", await rabbitMq.CreateVirtualHostAsync("activity"), typeof(EventSession).Assembly);
    }

    [OneTimeTearDown]
    public static async Task StopAsync() => await _host.DisposeAsync();

    public static IServiceProvider Services => _host.Services;

    public static HttpClient Athlete() => _host.ClientOf(Guid.CreateVersion7());

    public static string At(double seconds) => Start.AddSeconds(seconds).ToString("yyyy-MM-ddTHH:mm:ss.fffZ");

    /// <summary>A point of a runner going north at about 2.2 m/s.</summary>
    public static object Point(int second) =>
        new { at = At(second), lat = Math.Round(46 + second * 2e-5, 6), lon = 14.5, elevationMeters = 300 };

    public static object Recording(int seconds = 600, string name = "a run") => new
    {
        type = "RUN",
        name,
        stateLog = new[] { new { state = "STARTED", at = At(0) }, new { state = "COMPLETE", at = At(seconds) } },
        points = Enumerable.Range(0, seconds / 5 + 1).Select(i => Point(i * 5)),
    };

    public static async Task<JsonElement> JsonAsync(Task<HttpResponseMessage> response, int status)
    {
        using var answer = await response;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That((int)answer.StatusCode, Is.EqualTo(status), text);
        if (status >= 400)
        {
            Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"));
        }

        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    public static async Task<string> StartedAsync(HttpClient athlete)
    {
        var made = await JsonAsync(athlete.PostAsJsonAsync("/activities", new { type = "RUN", startedAt = At(0) }), 201);
        return made.GetProperty("id").GetString()!;
    }

    public static Task<HttpResponseMessage> ChangeAsync(HttpClient athlete, string id, string state, double second) =>
        athlete.PatchAsJsonAsync($"/activities/{id}", new { state, at = At(second) });

    public static Task<HttpResponseMessage> SendAsync(HttpClient athlete, string id, int sequence, params int[] seconds) =>
        athlete.PostAsJsonAsync($"/activities/{id}/routes", new { sequence, points = seconds.Select(Point) });
}
