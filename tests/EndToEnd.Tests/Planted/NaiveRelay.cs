using System.Text;
using Npgsql;
using RabbitMQ.Client;

namespace Strava.EndToEnd.Planted;

/// <summary>
/// THE BUG: polls "seq_id > last" and remembers the highest number it has seen. Numbers are not drawn in the order of
/// commits, so
/// what commits late below that is never seen. All else is right. It takes the relay's lease, as any other node would.
/// </summary>
internal sealed class NaiveRelay : IAsyncDisposable
{
    private readonly Database _database = new("activity");
    private readonly CancellationTokenSource _stop = new();
    private Task _polling = Task.CompletedTask;

    public static async Task<NaiveRelay> TakeOverAsync()
    {
        var relay = new NaiveRelay();

        // Down while the lease changes hands: a former owner may repeat for a moment, and would publish what this one
        // misses.
        await Platform.Current["activity"].StopAsync();
        await relay._database.ExecuteAsync(
            """
            UPDATE lease SET owner = gen_random_uuid(), epoch = epoch + 1, expires_at = 'infinity'
            WHERE name = 'relay'
            """);
        await Platform.Current["activity"].StartAsync();
        relay._polling = Task.Run(relay.PollAsync);
        return relay;
    }

    /// <summary>Gives the lease back, and with it the duty to tell everything once more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _polling;
        _stop.Dispose();
        await _database.ExecuteAsync("UPDATE mt_event_progression SET last_seq_id = 0 WHERE name = 'relay:All'");
        await _database.ExecuteAsync("UPDATE lease SET expires_at = '-infinity' WHERE name = 'relay'");
    }

    private async Task PollAsync()
    {
        var factory = new ConnectionFactory { Uri = Platform.Current.Broker };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await using var database = await _database.OpenAsync();
        while (!_stop.IsCancellationRequested)
        {
            var (last, messages) = await ReadAsync(database);
            foreach (var (type, body) in messages)
            {
                await PublishAsync(channel, type, body);
            }

            await Database.ExecuteAsync(
                database,
                "UPDATE mt_event_progression SET last_seq_id = $1 WHERE name = 'relay:All' AND last_seq_id < $1",
                last);
            await Task.Delay(50);
        }
    }

    // One snapshot: the position and the messages that lie between it and the last one. Its tests upload recordings of
    // one chunk, so that chunk is the track as the message has it: a message without the points would be another bug.
    private static async Task<(
        long Last, List<(string Type, string Body)> Messages)> ReadAsync(NpgsqlConnection database)
    {
        await using var command = Database.Command(database,
            """
            WITH position AS (
                SELECT last_seq_id AS last, (SELECT coalesce(max(seq_id), 0) FROM mt_events) AS highest
                FROM mt_event_progression WHERE name = 'relay:All')
            SELECT p.highest, a.id IS NOT NULL, jsonb_build_object('activity', jsonb_build_object(
                'activityId', a.id, 'athleteId', a.athlete_id, 'version', a.version,
                'sport', CASE a.sport WHEN 1 THEN 'RUN' ELSE 'RIDE' END, 'name', a.name,
                'visibility', CASE a.visibility WHEN 1 THEN 'EVERYONE' WHEN 2 THEN 'FRIENDS' ELSE 'ONLY_ME' END,
                'startedAt', a.started_at, 'completedAt', a.completed_at, 'timeZone', a.time_zone,
                'localDate', a.local_date,
                'distanceMillimeters', a.distance_mm, 'totalMilliseconds', a.total_ms,
                'activeMilliseconds', a.active_ms,
                'movingMilliseconds', a.moving_ms, 'elevationGainCentimeters', a.gain_cm,
                'elevationLossCentimeters', a.loss_cm, 'pointCount', a.point_count))::text,
                jsonb_build_object(
                    'activityId', a.id, 'athleteId', a.athlete_id, 'version', a.version,
                    'sport', CASE a.sport WHEN 1 THEN 'RUN' ELSE 'RIDE' END, 'points', (SELECT r.data->>'Points' FROM mt_events r
                        WHERE r.stream_id = a.id AND r.type = 'route_recorded'))::text
            FROM position p LEFT JOIN (
                mt_events e JOIN activity a ON a.id = e.stream_id AND e.type = 'activity_completed'
            ) ON e.seq_id > p.last AND e.seq_id <= p.highest
            """);
        await using var rows = await command.ExecuteReaderAsync();
        var last = 0L;
        var messages = new List<(string, string)>();
        while (await rows.ReadAsync())
        {
            last = rows.GetInt64(0);
            if (rows.GetBoolean(1))
            {
                messages.Add(("ActivityCompleted", rows.GetString(2)));
                messages.Add(("ActivityTrackPublished", rows.GetString(3)));
            }
        }

        return (last, messages);
    }

    private static async Task PublishAsync(IChannel channel, string type, string body)
    {
        var envelope = $$"""
            {"messageId":"{{Guid.NewGuid()}}",
            "messageType":["urn:message:Strava.Contracts.Messages:{{type}}"],"message":{{body}}}
            """;
        var properties = new BasicProperties
        {
            ContentType = "application/vnd.masstransit+json",
            DeliveryMode = DeliveryModes.Persistent,
        };
        await channel.BasicPublishAsync(
            $"Strava.Contracts.Messages:{type}", "", mandatory: true, properties, Encoding.UTF8.GetBytes(envelope));
    }
}
