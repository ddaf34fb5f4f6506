using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Strava.Activities.Activities;
using Strava.Contracts.Events;
using Strava.Core.Leases;
using Strava.EventStore;
using Strava.EventStore.Subscriptions;

namespace Strava.Bench.Store;

/// <summary>
/// 32 writers that wait a random time before their commit and roll one of ten back, read by a subscription and, beside
/// it, by a poller that trusts the highest number it has seen. Counts what each missed; the delay is from the commit's
/// answer to the delivery, of events that came while a gap was open below them or that closed one.
/// </summary>
internal static class TortureBench
{
    private const int Writers = 32;
    private const int EventsAtOnce = 8;
    private const int TransactionsEach = 1_350;
    private const int StreamLength = 40;
    private const int LongestDelayMs = 20;

    public static async Task RunAsync(NpgsqlDataSource database)
    {
        using var signal = new CommitSignal();
        var committed = new ConcurrentDictionary<string, long>();
        var term = await new Lease(database, "torture", TimeSpan.FromMinutes(30)).TryAcquireAsync(CancellationToken.None);
        var subscription = await EventSubscription.OpenAsync(database, "torture", term!, CancellationToken.None, ActivityEventTypes.All);
        using var writersDone = new CancellationTokenSource();
        var reading = Task.Run(() => ReadAsync(database, subscription, signal, writersDone.Token));
        var polling = Task.Run(() => PollAsync(database, writersDone.Token));
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(database, writer, committed, signal))));
        await writersDone.CancelAsync();

        var seen = await reading;
        var naive = await polling;
        var delays = seen.Where(one => one.AtGap && committed.ContainsKey(one.Name))
            .Select(one => Math.Max(0, Stopwatch.GetElapsedTime(committed[one.Name], one.At).TotalMilliseconds)).Order().ToArray();
        Figures.Print("store.torture_events", committed.Count, "events committed");
        Figures.Print("store.missed_events", committed.Count - seen.Select(one => one.Name).Distinct().Count(committed.ContainsKey));
        Figures.Print("store.repeated_events", seen.Count - seen.Select(one => one.Name).Distinct().Count());
        Figures.Print("store.out_of_order", seen.GroupBy(one => one.Stream).Count(stream => !IsAscending([.. stream.Select(one => one.Version)])));
        Figures.Print("store.naive_missed_events", committed.Count - naive);
        Figures.Print("store.gap_delay_p50_ms", Figures.Percentile(delays, 0.5), "ms");
        Figures.Print("store.gap_delay_p99_ms", Figures.Percentile(delays, 0.99), $"ms over {delays.Length} events");
    }

    private static bool IsAscending(long[] versions) => versions.Zip(versions.Skip(1)).All(pair => pair.First < pair.Second);

    private static async Task WriteAsync(
        NpgsqlDataSource database, int writer, ConcurrentDictionary<string, long> committed, CommitSignal signal)
    {
        var random = new Random(writer);
        var (stream, version) = (Guid.Empty, (long)StreamLength);
        for (var transaction = 0; transaction < TransactionsEach; transaction++)
        {
            if (version >= StreamLength)
            {
                (stream, version) = (Guid.CreateVersion7(), 0);
            }

            string[] names = [.. Enumerable.Range(0, EventsAtOnce).Select(n => string.Create(CultureInfo.InvariantCulture, $"{writer}/{transaction}/{n}"))];
            object[] events = [.. names.Select(name => new ActivityRenamed(name))];
            await using var session = new EventSession(await database.OpenConnectionAsync(), ActivityEventTypes.All, TimeProvider.System);
            session.Batch.BatchCommands.Add(new("BEGIN"));
            if (version == 0)
            {
                session.StartStream(stream, events);
            }
            else
            {
                session.Append(stream, version, events);
            }

            await session.SaveChangesAsync(CancellationToken.None);
            await Task.Delay(random.Next(0, LongestDelayMs));
            var isCommitted = random.Next(10) > 0;
            await using (var end = new NpgsqlCommand(isCommitted ? "COMMIT" : "ROLLBACK", session.Batch.Connection))
            {
                await end.ExecuteNonQueryAsync();
            }

            if (isCommitted)
            {
                var now = Stopwatch.GetTimestamp();
                signal.Committed();
                version += EventsAtOnce;
                foreach (var name in names)
                {
                    committed[name] = now;
                }
            }
        }
    }

    private static async Task<List<Seen>> ReadAsync(
        NpgsqlDataSource database, EventSubscription subscription, CommitSignal signal, CancellationToken writersDone)
    {
        var seen = new List<Seen>();
        while (true)
        {
            var isLast = writersDone.IsCancellationRequested;
            var hadGap = subscription.OpenGaps > 0;
            var events = await subscription.ReadAsync(CancellationToken.None);
            var now = Stopwatch.GetTimestamp();
            seen.AddRange(events.Select(e => new Seen(((ActivityRenamed)e.Body!).Name, e.StreamId, e.Version, now, hadGap)));
            await subscription.CommitAsync(CancellationToken.None);
            if (events.Count == 0)
            {
                if (isLast && subscription.Checkpoint == await HighestAsync(database))
                {
                    return seen;
                }

                await signal.WaitAsync(TimeSpan.FromMilliseconds(50), CancellationToken.None);
            }
        }
    }

    private static async Task<long> HighestAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("SELECT max(seq_id) FROM mt_events");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<long> PollAsync(NpgsqlDataSource database, CancellationToken writersDone)
    {
        var (last, count) = (0L, 0L);
        while (true)
        {
            var isLast = writersDone.IsCancellationRequested;
            await using var command = database.CreateCommand("SELECT seq_id FROM mt_events WHERE seq_id > $1 ORDER BY seq_id LIMIT 1000");
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = last });
            var read = 0;
            await using (var rows = await command.ExecuteReaderAsync(CancellationToken.None))
            {
                while (await rows.ReadAsync(CancellationToken.None))
                {
                    (last, read) = (rows.GetInt64(0), read + 1);
                }
            }

            count += read;
            if (isLast && read == 0)
            {
                return count;
            }

            await Task.Delay(5, CancellationToken.None);
        }
    }

    private readonly record struct Seen(string Name, Guid Stream, long Version, long At, bool AtGap);
}
