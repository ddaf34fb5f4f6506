using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Strava.Contracts.Messages;
using Strava.Feeds.Projection;
using Strava.Feeds.Titles;
using Strava.Testing;

namespace Strava.Feeds.Tests;

/// <summary>One Feed service for all fixtures; each test makes its own athletes.</summary>
[SetUpFixture]
internal sealed class FeedFixture
{
    public static ServiceHost<Program> Service { get; private set; } = null!;

    public static FeedProjection Projection => Service.Services.GetRequiredService<FeedProjection>();

    public static NpgsqlDataSource Database => Service.Services.GetRequiredService<NpgsqlDataSource>();

    [OneTimeSetUp]
    public static async Task StartAsync()
    {
        var broker = await (await TestServers.RabbitMqAsync()).CreateVirtualHostAsync("feed");
        Service = await ServiceHost<Program>.StartAsync("feed", broker);
    }

    [OneTimeTearDown]
    public static async Task StopAsync() => await Service.DisposeAsync();

    /// <summary>Straight into the projection, as the consumer does.</summary>
    public static Task ApplyAsync(object message) => message switch
    {
        ActivitySummary activity => Projection.ApplyAsync(activity, CancellationToken.None),
        ActivityDeleted deletion => Projection.ApplyAsync(deletion, CancellationToken.None),
        AthleteProfileChanged profile => Projection.ApplyAsync(profile, CancellationToken.None),
        FriendshipChanged friendship => Projection.ApplyAsync(friendship, CancellationToken.None),
        LocalLegendChanged change => Service.Services.GetRequiredService<TitleChanges>().RecordAsync(change, CancellationToken.None),
        _ => throw new ArgumentOutOfRangeException(nameof(message)),
    };

    public static async Task ApplyAllAsync(params object[] messages)
    {
        foreach (var message in messages)
        {
            await ApplyAsync(message);
        }
    }

    public static async Task<(List<JsonNode> Lines, string? Next)> ReadAsync(
        Guid viewer, string query = "mode=FRIENDS&pageSize=100")
    {
        using var answer = await Service.ClientOf(viewer).GetAsync(query[0] == '/' ? query : $"/activities?{query}");
        answer.EnsureSuccessStatusCode();
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray();
        var next = answer.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        return ([.. body.Select(line => line!)], next);
    }

    public static async Task<List<Guid>> SeenByAsync(Guid viewer) =>
        (await ReadAsync(viewer)).Lines.ConvertAll(line => line["id"]!.GetValue<Guid>());
}
