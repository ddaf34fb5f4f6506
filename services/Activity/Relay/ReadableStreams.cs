using Strava.Activities.Activities;
using Strava.Activities.Sharding;
using Strava.Contracts.Tracks;
using Strava.EventStore;
using Strava.EventStore.Subscriptions;

namespace Strava.Activities.Relay;

/// <summary>
/// The streams that the relay can go on with: their rows are brought up to them, and one with an event that this build
/// cannot read is parked, said once, and let go by the first build that can.
/// </summary>
internal sealed partial class ReadableStreams(Shard shard, TimeProvider clock, ILogger<ReadableStreams> log)
{
    private readonly EventReader _reader = shard.Reader;
    private readonly ParkedStreams _parked = new(shard.Database);
    private readonly SummaryRepair _repair = new(shard, clock, log);

    // Somebody was writing to these; the checkpoint waits for them, so a crash forgets none.
    private readonly HashSet<Guid> _behind = [];

    /// <summary>Whether every row is up to its stream as far as it has been read.</summary>
    public bool AreUpToDate => _behind.Count == 0;

    /// <summary>Before a batch is published: parks what is of an unknown type, repairs rows that are behind.</summary>
    public async Task PrepareAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        foreach (var e in events.Where(e => !ActivityEventTypes.All.Knows(e.Alias)).DistinctBy(e => (e.StreamId, e.Alias)))
        {
            await ParkAsync(e.StreamId, e.Alias, "this build does not know its type", cancellationToken);
        }

        _behind.UnionWith(events.Select(e => e.StreamId));
        if (_behind.Count == 0)
        {
            return;
        }

        var behind = await _repair.BehindAsync(_behind, cancellationToken);
        _behind.Clear();
        foreach (var id in behind)
        {
            if (await TryAsync(id, () => _repair.RepairAsync(id, cancellationToken), unreadable: true, cancellationToken))
            {
                continue;
            }

            _behind.Add(id);
        }
    }

    /// <returns>The streams as they are now, in one round trip; one that cannot be read is left out, and
    /// parked.</returns>
    public async Task<IReadOnlyDictionary<Guid, ActivityStream>> FetchAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<Guid, IReadOnlyList<StoredEvent>>? together = null;
        try
        {
            together = await _reader.FetchStreamsAsync(ids, cancellationToken);
        }
        catch (UnreadableEventException)
        {
            // One of them: each by itself then.
        }

        var bestTimes = await BestTimes.FetchAsync(shard.Database, ids, cancellationToken);
        var streams = new Dictionary<Guid, ActivityStream>(ids.Length);
        foreach (var id in ids)
        {
            var stream = await TryAsync(
                id,
                async () => ActivityStream.Fold(together?[id] ?? await _reader.FetchStreamAsync(id, cancellationToken)),
                unreadable: null,
                cancellationToken);
            if (stream is not null)
            {
                streams.Add(id, stream.With(bestTimes.GetValueOrDefault(id)));
            }
        }

        return streams;
    }

    /// <summary>
    /// Gives what is parked to <paramref name="publishAsync"/> where this build can read it, and lets it go after that.
    /// A message says how an activity is, so to publish a stream twice is harmless.
    /// </summary>
    public async Task ReleaseAsync(
        Func<ActivityStream, IReadOnlyList<StoredEvent>, Task> publishAsync, CancellationToken cancellationToken)
    {
        var after = Guid.Empty;
        while (await _parked.PageAsync(after, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var (id, _) in page.Where(stream => Array.TrueForAll(stream.Types, ActivityEventTypes.All.Knows)))
            {
                await TryAsync(
                    id,
                    async () =>
                    {
                        var events = await _reader.FetchStreamAsync(id, cancellationToken);
                        if (ActivityStream.Fold(events) is { } stream)
                        {
                            var kept = await BestTimes.FetchAsync(shard.Database, [id], cancellationToken);
                            await publishAsync(
                                stream.WithBestTimes(kept.GetValueOrDefault(id)), [.. events.Where(PublishedMessages.IsTold)]);
                        }

                        _behind.Add(id);
                        await _parked.ReleaseAsync(id, cancellationToken);
                        LogReleased(log, id);
                        return true;
                    },
                    unreadable: false,
                    cancellationToken);
            }

            after = page[^1].StreamId;
        }
    }

    private async Task<T> TryAsync<T>(Guid id, Func<Task<T>> read, T unreadable, CancellationToken cancellationToken)
    {
        try
        {
            return await read();
        }
        catch (UnreadableEventException fault)
        {
            await ParkAsync(id, fault.Alias, fault.Message, cancellationToken);
        }
        catch (Exception fault) when (fault is PointCodecException or FormatException)
        {
            await ParkAsync(id, "route_recorded", fault.Message, cancellationToken);
        }
        catch (InvalidCastException)
        {
            await ParkAsync(id, null, "it does not begin as an activity does", cancellationToken);
        }

        return unreadable;
    }

    private async Task ParkAsync(Guid id, string? type, string reason, CancellationToken cancellationToken)
    {
        if (await _parked.ParkAsync(id, type, cancellationToken) is { } sequence)
        {
            LogParked(log, id, sequence, type ?? "its first event", reason);
        }
    }

    [LoggerMessage(
        8110,
        LogLevel.Error,
        "Activity {StreamId} is parked at event {Sequence} ({Type}): {Reason}. Others go on. Deploy the version that can "
        + "read it; it is then published by itself. strava.events.parked counts what waits")]
    private static partial void LogParked(ILogger log, Guid streamId, long sequence, string type, string reason);

    [LoggerMessage(8111, LogLevel.Information, "Activity {StreamId} can be read now: published, no longer parked")]
    private static partial void LogReleased(ILogger log, Guid streamId);
}
