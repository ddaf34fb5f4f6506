using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using Strava.Activities.Activities;
using Strava.Core.Leases;
using Strava.EventStore;
using Strava.EventStore.Subscriptions;

namespace Strava.Bench.Store;

/// <summary>
/// A subscription from 0 over small events: read, decoded, handed on, checkpoint moved. The raw side is a bare poll
/// loop by number that decodes the same bodies, in pages of the same size, and would skip what commits late.
/// </summary>
internal static class CatchUpBench
{
    private const int Events = 200_000;
    private const int PageSize = 1_000;

    public static async Task RunAsync(NpgsqlDataSource database)
    {
        await FillAsync(database);
        var rates = new List<(double Raw, double Ours, double OursPerCore)>();
        for (var round = 0; round <= 7; round++)
        {
            double raw, ours, perCore;
            if (round % 2 == 0)
            {
                (raw, _) = await MeasureAsync(() => PollAsync(database));
                (ours, perCore) = await MeasureAsync(() => SubscribeAsync(database, round));
            }
            else
            {
                (ours, perCore) = await MeasureAsync(() => SubscribeAsync(database, round));
                (raw, _) = await MeasureAsync(() => PollAsync(database));
            }

            if (round > 0)
            {
                rates.Add((raw, ours, perCore));
            }
        }

        Figures.Note($"raw {Figures.Median(rates.Select(rate => rate.Raw)):0} events/s; ratios "
            + string.Join(' ', rates.Select(rate => Figures.Format(rate.Ours / rate.Raw))));
        Figures.Print("store.catchup.vs_raw", Figures.Median(rates.Select(rate => rate.Ours / rate.Raw)));
        Figures.Print("store.catchup.events_per_s", Figures.Median(rates.Select(rate => rate.Ours)), "events/s by the clock");
        Figures.Print(
            "store.catchup.events_per_s.core", Figures.Median(rates.Select(rate => rate.OursPerCore)), "events/s a core of this process");
    }

    // One stream for each twenty events, as SQL: how they were written is not what is measured.
    private static async Task FillAsync(NpgsqlDataSource database)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new("INSERT INTO mt_streams (id, type, version) SELECT md5(n::text)::uuid, 'activity', 20 FROM generate_series(1, $1 / 20) n")
        {
            Parameters = { new() { Value = Events } },
        });
        batch.BatchCommands.Add(new(
            """
            INSERT INTO mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type)
            SELECT nextval('mt_events_sequence'), gen_random_uuid(), md5(n::text)::uuid, v,
                   jsonb_build_object('At', now()), CASE v % 2 WHEN 0 THEN 'activity_paused' ELSE 'activity_resumed' END, now(), 'x'
            FROM generate_series(1, $1 / 20) n, generate_series(1, 20) v
            """)
        {
            Parameters = { new() { Value = Events } },
        });
        await batch.ExecuteNonQueryAsync();
        await using var analyze = database.CreateCommand("VACUUM ANALYZE mt_events");
        await analyze.ExecuteNonQueryAsync();
    }

    private static async Task<(double PerSecond, double PerCore)> MeasureAsync(Func<Task<int>> read)
    {
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var events = await read();
        if (events != Events)
        {
            throw new InvalidOperationException($"{events} events were read, {Events} are stored.");
        }

        var seconds = watch.Elapsed.TotalSeconds;
        using var process = Process.GetCurrentProcess();
        return (events / seconds, events / (process.TotalProcessorTime - processor).TotalSeconds);
    }

    private static async Task<int> SubscribeAsync(NpgsqlDataSource database, int round)
    {
        var name = $"bench-{round}";
        var term = await new Lease(database, name, TimeSpan.FromMinutes(5)).TryAcquireAsync(CancellationToken.None);
        var subscription = await EventSubscription.OpenAsync(database, name, term!, CancellationToken.None, ActivityEventTypes.All);
        var read = 0;
        while (await subscription.ReadAsync(CancellationToken.None) is { Count: > 0 } events)
        {
            read += events.Count(e => e.Body is not null);
            await subscription.CommitAsync(CancellationToken.None);
        }

        return read;
    }

    private static async Task<int> PollAsync(NpgsqlDataSource database)
    {
        var types = ActivityEventTypes.All.All.ToDictionary(type => type.Alias);
        await using var connection = await database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            $"SELECT seq_id, stream_id, version, type, timestamp, data FROM mt_events WHERE seq_id > $1 ORDER BY seq_id LIMIT {PageSize}", connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = 0 } },
        };
        var (last, read) = (0L, 0);
        while (true)
        {
            ((NpgsqlParameter<long>)command.Parameters[0]).TypedValue = last;
            var page = new List<StoredEvent>(PageSize);
            await using (var rows = await command.ExecuteReaderAsync())
            {
                while (await rows.ReadAsync())
                {
                    last = rows.GetInt64(0);
                    var alias = rows.GetString(3);
                    page.Add(new StoredEvent(
                        last, rows.GetGuid(1), rows.GetInt64(2), alias,
                        JsonSerializer.Deserialize(rows.GetFieldValue<byte[]>(5), types[alias].Json))
                    {
                        StoredAt = rows.GetFieldValue<DateTimeOffset>(4),
                    });
                }
            }

            if (page.Count == 0)
            {
                return read;
            }

            read += page.Count(e => e.Body is not null);
        }
    }
}
