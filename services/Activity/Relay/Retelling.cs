using MassTransit;
using Npgsql;
using Strava.Activities.Activities;
using Strava.Contracts.Messages;
using Strava.Contracts.Tracks;
using Strava.Core.Bus;
using Strava.EventStore;
using Strava.ServiceDefaults;

namespace Strava.Activities.Relay;

/// <summary>
/// Answers the questions of rebuilds: how the next activities are, by their streams, in the very words of the relay. Keeps
/// nothing: who asks knows how far it is, any node answers, and asking twice is harmless.
/// </summary>
internal sealed class Retelling(NpgsqlDataSource database, EventReader reader, ActivityStore store) : IConsumer<ActivitiesWanted>
{
    /// <summary>Streams an answer; with tracks fewer, because a message is held in memory several times on its way.</summary>
    private const int StreamsAtOnce = 200;
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
        var atOnce = wanted.Tracks ? StreamsWithTracksAtOnce : StreamsAtOnce;
        var ids = await NextAsync(wanted.After, atOnce, cancellationToken);
        var (said, unreadable) = await SayAsync(ids, wanted.Tracks, cancellationToken);
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
            Unreadable = unreadable,
        };
    }

    private async Task<(List<object> Said, List<Guid> Unreadable)> SayAsync(
        Guid[] ids, bool tracks, CancellationToken cancellationToken)
    {
        var (said, unreadable) = (new List<object>(), new List<Guid>());
        IReadOnlyDictionary<Guid, IReadOnlyList<StoredEvent>>? together = null;
        try
        {
            together = await FetchAsync(ids);
        }
        catch (UnreadableEventException)
        {
            // One of them: each by itself then.
        }

        foreach (var id in ids)
        {
            try
            {
                var events = (together ?? await FetchAsync([id])).GetValueOrDefault(id) ?? [];
                // Points that are archived are fetched, for those who want them: a copy must not be poorer than live.
                var stream = tracks && events.Any(Archive.PointArchive.IsArchived)
                    ? await store.FetchStreamAsync(id, cancellationToken)
                    : ActivityStream.Fold(events);
                said.AddRange(stream is null ? [] : PublishedMessages.Of(stream, events).Select(message => message.Body));
            }
            catch (Exception fault) when (fault is UnreadableEventException or PointCodecException or FormatException or InvalidCastException)
            {
                unreadable.Add(id);
            }
        }

        return (said, unreadable);

        Task<IReadOnlyDictionary<Guid, IReadOnlyList<StoredEvent>>> FetchAsync(Guid[] streams) => tracks
            ? reader.FetchStreamsAsync(streams, cancellationToken)
            : reader.FetchStreamsAsync(streams, cancellationToken, "route_recorded", """{"Sequence":0,"Count":0}""");
    }

    private async Task<Guid[]> NextAsync(Guid after, int atOnce, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT ARRAY(SELECT id FROM mt_streams WHERE id > $1 ORDER BY id LIMIT $2)");
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = atOnce });
        return (Guid[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>By the rows beside the streams: it is only for who looks on.</summary>
    private async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT count(*) FROM activity WHERE completed_at IS NOT NULL");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
