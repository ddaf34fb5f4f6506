using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Strava.Oracle;

/// <summary>
/// Whether everything that was committed has arrived: checkpoint at the end, outboxes empty, queues empty, no board to
/// be set again.
/// </summary>
internal static class Stillness
{
    private static readonly string[] Queues = ["activity", "feed", "leaderboard", "local-legend"];

    /// <returns>What is still under way, in words; empty when all is still.</returns>
    public static async Task<List<string>> PendingAsync(Targets targets)
    {
        var pending = new List<string>();
        foreach (var (service, connectionString) in targets.Databases)
        {
            await using var database = new NpgsqlConnection(connectionString);
            await database.OpenAsync();
            await AskAsync(database, pending, $"messages in the outbox of {service}", "SELECT count(*) FROM outbox");
            if (service == "activity")
            {
                await AskAsync(database, pending, "events after the relay's checkpoint",
                    """
                    SELECT count(*) FROM mt_events
                    WHERE seq_id > coalesce((SELECT last_seq_id FROM mt_event_progression WHERE name = 'relay:All'), 0)
                    """);
            }
            else if (service == "leaderboard")
            {
                await AskAsync(database, pending, "dirty marks of boards", "SELECT count(*) FROM board_dirty");
                await AskAsync(database, pending, "dirty marks of clubs", "SELECT count(*) FROM club_dirty");
                await AskAsync(database, pending, "dirty marks of challenges", "SELECT count(*) FROM challenge_dirty");
            }
            else if (service == "locallegend")
            {
                await AskAsync(database, pending, "activities to be matched", "SELECT count(*) FROM match_mark");
                await AskAsync(database, pending, "athletes whose standing has changed", "SELECT count(*) FROM standing_mark");
                await AskAsync(database, pending, "segments that are backfilled", "SELECT count(*) FROM segment WHERE state = 1 AND NOT hidden");
            }
        }

        await AskBrokerAsync(targets.Broker, pending);
        return pending;
    }

    private static async Task AskAsync(NpgsqlConnection database, List<string> pending, string what, string sql)
    {
        await using var command = new NpgsqlCommand(sql, database);
        if (await command.ExecuteScalarAsync() is long count and > 0)
        {
            pending.Add($"{count} {what}");
        }
    }

    // A passive declaration tells what is ready. What a consumer holds unacknowledged is not told: who compares asks
    // again for a while.
    private static async Task AskBrokerAsync(Uri broker, List<string> pending)
    {
        var factory = new ConnectionFactory { Uri = broker, ClientProvidedName = "oracle" };
        await using var connection = await factory.CreateConnectionAsync();
        foreach (var queue in Queues)
        {
            if (await CountAsync(connection, queue) is var waiting and > 0)
            {
                pending.Add($"{waiting} messages in queue {queue}");
            }
        }
    }

    /// <summary>Messages that nobody could handle. Nothing heals them, so they are differences at once.</summary>
    public static async Task CheckParkedAsync(Uri broker, Comparison comparison)
    {
        var factory = new ConnectionFactory { Uri = broker, ClientProvidedName = "oracle" };
        await using var connection = await factory.CreateConnectionAsync();
        string[] parkings = ["error", "skipped", "dead_letter"];
        foreach (var queue in Queues.SelectMany(queue => parkings.Select(parking => $"{queue}_{parking}")))
        {
            comparison.Equal(0u, await CountAsync(connection, queue), $"The number of messages parked in {queue}");
        }
    }

    private static async Task<uint> CountAsync(IConnection connection, string queue)
    {
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
        }
        catch (OperationInterruptedException)
        {
            // No such queue: MassTransit makes those of errors with their first message.
            return 0;
        }
    }
}
