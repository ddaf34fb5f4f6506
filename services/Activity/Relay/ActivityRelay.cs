using System.Diagnostics;
using Strava.Activities.Sharding;
using Strava.Core.Bus;
using Strava.Core.Diagnostics;
using Strava.Core.Leases;
using Strava.EventStore;
using Strava.EventStore.Subscriptions;

namespace Strava.Activities.Relay;

/// <summary>
/// Publishes what is committed: the event log is the outbox. Reads in order from a checkpoint, publishes with confirms,
/// then moves the checkpoint. A crash anywhere repeats from the checkpoint; an outage of the broker only makes it wait,
/// since no request ever waits for the relay.
/// </summary>
internal sealed class ActivityRelay(
    Shard shard,
    Shards shards,
    ReadableStreams streams,
    ConfirmedPublisher publisher,
    ILogger<ActivityRelay> log)
    : LeasedWorker(shard.Database, log)
{
    /// <summary>Bounds what is decoded and unconfirmed at a time.</summary>
    private const int ActivitiesAtOnce = 100;

    /// <summary>Commits of other nodes are found by polling; those of this one wake the relay at once.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan PruneInterval = TimeSpan.FromMinutes(1);

    private readonly EventTraces _traces = new(shard.Database);

    protected override string LeaseName => "relay";

    protected override async Task WorkAsync(LeaseTerm term, CancellationToken whileOwner)
    {
        await publisher.DeclareTopologyAsync(whileOwner);
        var subscription = await EventSubscription.OpenAsync(shard.Database, "relay", term, whileOwner);
        await ReleaseParkedAsync(whileOwner);
        var pruned = Stopwatch.GetTimestamp();
        while (true)
        {
            var events = await subscription.ReadAsync(whileOwner);
            await streams.PrepareAsync(events, whileOwner);
            var told = await NotMovedAsync([.. events.Where(PublishedMessages.IsTold)], whileOwner);
            foreach (var activities in told.GroupBy(e => e.StreamId).Chunk(ActivitiesAtOnce))
            {
                await PublishAsync(activities, whileOwner);
            }

            if (streams.AreUpToDate)
            {
                await subscription.CommitAsync(whileOwner);
            }

            if (Stopwatch.GetElapsedTime(pruned) > PruneInterval)
            {
                await _traces.PruneAsync(subscription.Checkpoint, whileOwner);
                // Also what an older build parked while it was losing the lease.
                await ReleaseParkedAsync(whileOwner);
                pruned = Stopwatch.GetTimestamp();
            }

            if (events.Count == 0)
            {
                await shard.Signal.WaitAsync(PollInterval, whileOwner);
            }
        }
    }

    /// <summary>
    /// What came from another database was published there. A range is written with its events, so it is seen here.
    /// </summary>
    private async Task<IReadOnlyList<StoredEvent>> NotMovedAsync(StoredEvent[] events, CancellationToken cancellationToken)
    {
        if (!shards.AreSeveral || events.Length == 0)
        {
            return events;
        }

        var moved = await shard.Database.ListAsync(
            "SELECT first_seq_id, last_seq_id FROM moved_range WHERE last_seq_id >= $1 AND first_seq_id <= $2",
            row => (First: row.GetInt64(0), Last: row.GetInt64(1)),
            cancellationToken,
            events.Min(e => e.Sequence),
            events.Max(e => e.Sequence));
        return [.. events.Where(e => !moved.Exists(range => range.First <= e.Sequence && e.Sequence <= range.Last))];
    }

    private Task ReleaseParkedAsync(CancellationToken cancellationToken) => streams.ReleaseAsync(
        (stream, told) => publisher.PublishAsync(PublishedMessages.Of(stream, told), cancellationToken), cancellationToken);

    private async Task PublishAsync(IGrouping<Guid, StoredEvent>[] activities, CancellationToken cancellationToken)
    {
        var traces = Tracing.Source.HasListeners()
            ? await _traces.OfAsync([.. activities.SelectMany(told => told).Select(e => e.Sequence)], cancellationToken)
            : new Dictionary<long, string>();
        var readable = await streams.FetchAsync([.. activities.Select(told => told.Key)], cancellationToken);
        var messages = new List<OutgoingMessage>();
        foreach (var told in activities)
        {
            if (!readable.TryGetValue(told.Key, out var stream))
            {
                continue;
            }

            var last = told.Last();
            messages.AddRange(PublishedMessages.Of(stream, [.. told]).Select(message => message with
            {
                TraceParent = traces.GetValueOrDefault(last.Sequence),
                CommittedAt = last.StoredAt,
            }));
        }

        await publisher.PublishAsync(messages, cancellationToken);
    }
}
