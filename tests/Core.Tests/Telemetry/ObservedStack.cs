using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Strava.Testing;

namespace Strava.Core.Tests.Telemetry;

/// <summary>
/// The whole stack, telling a collector of ours, logging its own categories down to Debug; one for all tests.
/// </summary>
internal sealed class ObservedStack : IAsyncDisposable
{
    private ObservedStack(Collector collector, StackFixture stack) => (Collector, Stack) = (collector, stack);

    public static string[] Services { get; } = ["gateway", "activity", "athlete", "feed", "leaderboard", "locallegend"];

    public Collector Collector { get; }

    /// <summary>By service; those that have one take 2 s to drain, too.</summary>
    public IReadOnlyDictionary<string, int> ManagementPorts { get; private init; } = new Dictionary<string, int>();

    public StackFixture Stack { get; }

    public static async Task<ObservedStack> StartAsync()
    {
        var collector = new Collector();
        var managementPorts = new[] { "athlete", "gateway" }.ToDictionary(service => service, _ => FreePort.Next());
        var stack = await StackFixture.StartAsync((service, settings) =>
        {
            if (managementPorts.TryGetValue(service, out var port))
            {
                settings["Management__Port"] = port.ToString(CultureInfo.InvariantCulture);
                settings["Shutdown__DrainDelay"] = "00:00:02";
            }

            settings["Telemetry__Endpoint"] = collector.Endpoint.ToString();
            settings["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
            settings["OTEL_BSP_SCHEDULE_DELAY"] = "200";
            settings["OTEL_BLRP_SCHEDULE_DELAY"] = "200";
            settings["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
            settings["Logging__LogLevel__Strava"] = "Debug";
        });
        return new ObservedStack(collector, stack) { ManagementPorts = managementPorts };
    }

    public async Task<(Guid Id, string Token)> AthleteAsync()
    {
        // Again until it holds: another test may just have started a service anew.
        var token = await Eventually.GivesAsync(
            async () =>
            {
                using var answer = await Stack.Gateway.PostAsJsonAsync(
                    "/dev/token", new { athlete = $"watched-{Guid.NewGuid():N}"[..20], country = "SI" });
                return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
            },
            token => token["accessToken"] is not null);
        return (token["athleteId"]!.GetValue<Guid>(), token["accessToken"]!.GetValue<string>());
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string token, HttpContent? content = null, string? traceParent = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (traceParent is not null)
        {
            request.Headers.Add("traceparent", traceParent);
        }

        return await Stack.Gateway.SendAsync(request);
    }

    /// <summary>A run northwards from there; three points.</summary>
    public static JsonContent Recording(double lat, double lon)
    {
        var start = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
        return JsonContent.Create(new
        {
            type = "RUN",
            name = "watched",
            stateLog = new[] { new { state = "STARTED", at = start }, new { state = "COMPLETE", at = start.AddSeconds(60) } },
            points = Enumerable.Range(0, 3).Select(
                i => new { at = start.AddSeconds(10 * i), lat = Math.Round(lat + (i * 1e-4), 6), lon, elevationMeters = 300 }),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Stack.DisposeAsync();
        Collector.Dispose();
    }
}
