using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using StackExchange.Redis;

namespace Strava.EndToEnd.Planted;

/// <summary>Stands in a projector's place at its queue. What it does with a message is the planted part.</summary>
internal abstract class NaiveConsumer(string queue, bool acknowledgesFirst) : IAsyncDisposable
{
    private readonly CancellationTokenSource _death = new();
    private IConnection? _connection;
    private IChannel? _channel;

    public async Task StartAsync()
    {
        var factory = new ConnectionFactory { Uri = Platform.Current.Broker, AutomaticRecoveryEnabled = false };
        _connection = await factory.CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync();
        await _channel.BasicQosAsync(0, 1, global: false);
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            using var envelope = JsonDocument.Parse(delivery.Body);
            var type = envelope.RootElement.GetProperty("messageType")[0].GetString()!.Split(':')[^1];
            await ApplyAsync(type, envelope.RootElement.GetProperty("message").Clone(), _death.Token);
            if (!acknowledgesFirst)
            {
                await _channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
            }
        };
        await _channel.BasicConsumeAsync(queue, autoAck: acknowledgesFirst, consumer);
    }

    /// <summary>At once, whatever it is doing: what it has not committed is rolled back.</summary>
    public async Task DieAsync()
    {
        await _death.CancelAsync();
        await (_connection?.AbortAsync(TimeSpan.FromSeconds(5)) ?? Task.CompletedTask);
    }

    public async ValueTask DisposeAsync()
    {
        await DieAsync();
        await (_connection?.DisposeAsync() ?? ValueTask.CompletedTask);
        _death.Dispose();
    }

    protected abstract Task ApplyAsync(string type, JsonElement message, CancellationToken untilDeath);
}

/// <summary>THE BUG: the broker is told "done" before the row is committed. The write itself is right.</summary>
internal sealed class AcknowledgesBeforeCommit() : NaiveConsumer("feed", acknowledgesFirst: true)
{
    protected override async Task ApplyAsync(string type, JsonElement message, CancellationToken untilDeath)
    {
        if (type != "ActivityCompleted")
        {
            return;
        }

        try
        {
            await using var connection = await new Database("feed").OpenAsync();
            await using var command = new NpgsqlCommand(
                """
                INSERT INTO activity (
                    activity_id, athlete_id, version, deleted, sport, name, visibility, started_at,
                    distance_millimeters,
                    active_milliseconds, moving_milliseconds, elevation_gain_centimeters)
                SELECT (a->>'activityId')::uuid, (a->>'athleteId')::uuid, (a->>'version')::bigint, false,
                    CASE a->>'sport' WHEN 'RUN' THEN 1 ELSE 2 END, a->>'name', 1, (a->>'startedAt')::timestamptz,
                    (a->>'distanceMillimeters')::bigint, (a->>'activeMilliseconds')::bigint,
                    (a->>'movingMilliseconds')::bigint, (a->>'elevationGainCentimeters')::bigint
                FROM (SELECT $1::jsonb->'activity') message (a)
                ON CONFLICT (activity_id) DO NOTHING
                """,
                connection);
            command.Parameters.Add(new() { Value = message.GetRawText(), NpgsqlDbType = NpgsqlDbType.Jsonb });
            await command.ExecuteNonQueryAsync(untilDeath);
        }
        catch (OperationCanceledException)
        {
            // Its death: what was not committed is gone, and the broker has forgotten it.
        }
    }
}

/// <summary>THE BUG: adds to the score with every delivery. It acknowledges after that, as it should.</summary>
internal sealed class IncrementsOnDelivery(
    ConnectionMultiplexer redis) : NaiveConsumer("leaderboard", acknowledgesFirst: false)
{
    protected override async Task ApplyAsync(string type, JsonElement message, CancellationToken untilDeath)
    {
        if (type != "ActivityCompleted")
        {
            return;
        }

        var activity = message.GetProperty("activity");
        var database = new Database("leaderboard");
        var number = (long)(await database.ScalarAsync(
            "SELECT number FROM athlete_number WHERE athlete_id = $1", activity.GetProperty("athleteId").GetGuid()))!;
        var country =
            (string)(await database.ScalarAsync("SELECT country FROM athlete_profile WHERE athlete = $1", number))!;
        var member = BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(number));
        var score = (activity.GetProperty("distanceMillimeters").GetInt64() / 10 * 65_536) + 1;
        var sport = activity.GetProperty("sport").GetString() == "RUN" ? "run" : "ride";
        var day = activity.GetProperty("localDate").GetDateTime();
        var week =
            $"{System.Globalization.ISOWeek.GetYear(day):0000}-W{System.Globalization.ISOWeek.GetWeekOfYear(day):00}";
        var age = TimeProvider.System.GetUtcNow() - activity.GetProperty("startedAt").GetDateTimeOffset();
        var rolling = new[] { ("24h", 1), ("7d", 7), ("30d", 30) }
            .Where(window => age.TotalDays < window.Item2).Select(window => window.Item1).ToArray();
        foreach (var place in new[] { "global", country })
        {
            string[] windows =
                ["all", $"year:{day:yyyy}", $"month:{day:yyyy-MM}", $"week:{week}", $"day:{day:yyyy-MM-dd}", .. rolling];
            foreach (var window in windows)
            {
                // Read and set: the service's user may not increment a score.
                var board = $"leaderboard:{{{sport}:{place}:{window}}}";
                var before = await redis.GetDatabase().SortedSetScoreAsync(board, member);
                await redis.GetDatabase().SortedSetAddAsync(board, member, (before ?? 0) + score);
            }
        }
    }
}
