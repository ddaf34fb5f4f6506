using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Strava.Core.Bus;

namespace Strava.Activities.Tests;

/// <summary>
/// What one subscriber gets: nobody consumes the queue here, so that everything published lies in it.
/// </summary>
internal sealed class PublishedActivities(IConnection connection, IChannel channel, string queue) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<(string Type, JsonNode Message)> _seen = [];

    public static async Task<PublishedActivities> OpenAsync(string queue)
    {
        var broker = new Uri(ActivityFixture.Services.GetRequiredService<IConfiguration>()["ConnectionStrings:RabbitMq"]!);
        await BusTopology.DeclareAsync(broker, CancellationToken.None);
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        return new PublishedActivities(connection, await connection.CreateChannelAsync(), queue);
    }

    /// <returns>The activity's summary in the message that has the version.</returns>
    public async Task<JsonNode> SummaryAsync(string type, string id, int version)
    {
        var limit = Stopwatch.StartNew();
        while (limit.Elapsed < Patience)
        {
            if (await channel.BasicGetAsync(queue, autoAck: true) is not { } got)
            {
                if (Find() is { } found)
                {
                    return found;
                }

                await Task.Delay(20);
                continue;
            }

            var envelope = JsonNode.Parse(got.Body.Span)!;
            _seen.Add((envelope["messageType"]![0]!.GetValue<string>().Split(':')[^1], envelope["message"]!));
        }

        throw new AssertionException($"No {type} of {id} at {version}: {string.Join(", ", _seen.Select(one => one.Type))}");

        JsonNode? Find() => _seen
            .Where(one => one.Type == type)
            .Select(one => one.Message["activity"]!)
            .FirstOrDefault(one => one["activityId"]!.GetValue<string>() == id && one["version"]!.GetValue<int>() == version);
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }
}
