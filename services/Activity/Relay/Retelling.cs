using MassTransit;
using Strava.Activities.Activities;
using Strava.Activities.Sharding;
using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Contracts.Tracks;
using Strava.Core.Bus;
using Strava.EventStore;

namespace Strava.Activities.Relay;

/// <summary>
/// Answers the questions of rebuilds: how the next activities are, by their streams, in the very words of the relay.
/// Keeps nothing: who asks knows how far it is, any node answers, and asking twice is harmless.
/// </summary>
internal sealed class Retelling(Shards shards) : IConsumer<ActivitiesWanted>
{
    /// <summary>
    /// Streams an answer, some 800 bytes each; with tracks fewer, because a message is held in memory several times on
    /// its way.
    /// </summary>
    private const int StreamsAtOnce = 1_000;
    private const int StreamsWithTracksAtOnce = 50;

    // They alone may be answered, whatever a question says.
    private static readonly string[] Queues = [Subscriptions.Feed, Subscriptions.Leaderboard, Subscriptions.LocalLegend];

    public async Task Consume(ConsumeContext<ActivitiesWanted> context)
    {
        var wanted = context.Message;
        if (Queues.Contains(wanted.Queue))
        {
            var told = await TellAsync(wanted, context.CancellationToken);
            // The exchange of that queue: nobody else hears it.
            var queue = await context.GetSendEndpoint(new Uri($"exchange:{wanted.Queue}"));
            await queue.Send(told, context.CancellationToken);
        }
    }

    internal async Task<ActivitiesTold> TellAsync(ActivitiesWanted wanted, CancellationToken cancellationToken)
    {
        // In one order over all databases, not one after the other: an activity that moves to another one meanwhile is
        // in one of them, or in both, whenever its turn comes.
        var atOnce = wanted.Tracks ? StreamsWithTracksAtOnce : StreamsAtOnce;
        var next = new List<(Guid Id, Shard Shard)>();
        foreach (var shard in shards.All)
        {
            next.AddRange((await NextAsync(shard, wanted.After, atOnce, cancellationToken)).Select(id => (id, shard)));
        }

        Guid[] ids = [.. next.Select(one => one.Id).Distinct().Order().Take(atOnce)];
        var streams = new Dictionary<Guid, ActivityStream>(ids.Length);
        var unreadable = new HashSet<Guid>();
        foreach (var (shard, theirs) in shards.All.Select(shard => (shard, next.Where(one => one.Shard == shard))))
        {
            var told = await ReadAsync(
                shard, [.. theirs.Select(one => one.Id).Intersect(ids)], wanted.Tracks, unreadable, cancellationToken);
            foreach (var stream in told.Where(stream =>
                !streams.TryGetValue(stream.Activity.Id, out var other) || other.Activity.Version < stream.Activity.Version))
            {
                streams[stream.Activity.Id] = stream;
            }
        }

        var said = streams.Values.SelectMany(PublishedMessages.Of).Select(message => message.Body).ToList();
        return new ActivitiesTold
        {
            RebuildId = wanted.RebuildId,
            After = wanted.After,
            UpTo = ids.Length > 0 ? ids[^1] : wanted.After,
            IsLast = ids.Length < atOnce,
            Total = wanted.After == Guid.Empty ? await CountAsync(cancellationToken) : null,
            Activities = [.. said.OfType<ActivityCompleted>().Select(completed => completed.Activity)],
            Deletions = [.. said.OfType<ActivityDeleted>()],
            Tracks = wanted.Tracks ? [.. said.OfType<ActivityTrackPublished>()] : [],
            Unreadable = [.. unreadable],
        };
    }

    private static async Task<List<ActivityStream>> ReadAsync(
        Shard shard, Guid[] ids, bool tracks, HashSet<Guid> unreadable, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<Guid, IReadOnlyList<StoredEvent>>? together = null;
        try
        {
            together = await FetchAsync(ids);
        }
        catch (UnreadableEventException)
        {
            // One of them: each by itself then.
        }

        var bestTimes = await BestTimes.FetchAsync(shard.Database, ids, cancellationToken);
        var streams = new List<ActivityStream>(ids.Length);
        foreach (var id in ids)
        {
            try
            {
                var events = (together ?? await FetchAsync([id])).GetValueOrDefault(id) ?? [];
                if (ActivityStream.Fold(events) is { } stream)
                {
                    // What is archived is fetched for who wants it: a copy must not be poorer than live.
                    var isShort = tracks && !stream.HasPoints
                        && stream.Activity is { Deleted: false, Final: not null, Visibility: Visibility.Everyone };
                    var whole = isShort ? (await shard.Store.FetchStreamAsync(id, cancellationToken))! : stream;
                    streams.Add(whole.With(bestTimes.GetValueOrDefault(id)));
                }
            }
            catch (Exception fault) when (fault is UnreadableEventException or PointCodecException or FormatException or InvalidCastException)
            {
                unreadable.Add(id);
            }
        }

        return streams;

        Task<IReadOnlyDictionary<Guid, IReadOnlyList<StoredEvent>>> FetchAsync(Guid[] some) => tracks
            ? shard.Reader.FetchStreamsAsync(some, cancellationToken)
            : shard.Reader.FetchStreamsAsync(some, cancellationToken, ActivityStream.Route, ActivityStream.RouteUnread);
    }

    private static async Task<Guid[]> NextAsync(Shard shard, Guid after, int atOnce, CancellationToken cancellationToken)
    {
        await using var command = shard.Database.CreateCommand(
            "SELECT ARRAY(SELECT id FROM mt_streams WHERE id > $1 ORDER BY id LIMIT $2)");
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = atOnce });
        return (Guid[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>By the rows beside the streams: it is only for who looks on.</summary>
    private async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        var count = 0L;
        foreach (var shard in shards.All)
        {
            await using var command = shard.Database.CreateCommand("SELECT count(*) FROM activity WHERE completed_at IS NOT NULL");
            count += (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        return count;
    }
}
