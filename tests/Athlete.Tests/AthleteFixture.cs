using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Strava.Testing;

namespace Strava.Athletes.Tests;

/// <summary>One Athlete service for all fixtures; each test makes its own athletes.</summary>
[SetUpFixture]
internal sealed class AthleteFixture
{
    public static ServiceHost<Program> Service { get; private set; } = null!;

    public static Uri Broker { get; private set; } = null!;

    [OneTimeSetUp]
    public static async Task StartAsync()
    {
        Broker = await (await TestServers.RabbitMqAsync()).CreateVirtualHostAsync("athlete");
        Service = await ServiceHost<Program>.StartAsync("athlete", Broker);
    }

    [OneTimeTearDown]
    public static async Task StopAsync() => await Service.DisposeAsync();
}

/// <summary>An athlete and a client with their token.</summary>
internal sealed record Somebody(Guid Id, HttpClient Http)
{
    public static Somebody New(string? tokenName = null)
    {
        var id = Guid.NewGuid();
        return new Somebody(id, AthleteFixture.Service.ClientOf(id, tokenName));
    }

    public static async Task<Somebody> WithProfileAsync(string name = "Ana")
    {
        var somebody = New();
        (await somebody.PatchAsync($$"""{"name": "{{name}}"}""")).EnsureSuccessStatusCode();
        return somebody;
    }

    public Task<HttpResponseMessage> PatchAsync(string json) => Http.PatchAsync("/athletes/me", Json(json));

    public Task<HttpResponseMessage> PutFriendAsync(Somebody other) =>
        Http.PutAsync($"/athletes/me/friends/{other.Id}", null);

    public Task<HttpResponseMessage> DeleteFriendAsync(Somebody other) =>
        Http.DeleteAsync($"/athletes/me/friends/{other.Id}");

    /// <summary>How this one sees the other; null: there is nothing between them.</summary>
    public async Task<string?> StateAsync(Somebody other)
    {
        using var answer = await Http.GetAsync($"/athletes/me/friends/{other.Id}");
        return answer.IsSuccessStatusCode ? (await BodyAsync(answer))["state"]!.GetValue<string>() : null;
    }

    public static async Task<JsonNode> BodyAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonNode>())!;

    private static StringContent Json(string json) => new(json, System.Text.Encoding.UTF8, "application/json");
}
