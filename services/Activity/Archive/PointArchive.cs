using Microsoft.Extensions.Options;
using Strava.Contracts.Events;
using Strava.EventStore;
using Strava.ServiceDefaults;

namespace Strava.Activities.Archive;

/// <summary>
/// The one way to archived points: puts them back into the events of a stream that was read, so that whoever folds it
/// knows nothing of tiers. Each chunk's hash is checked against its event row. Cost: one object an activity.
/// </summary>
internal sealed partial class PointArchive(IObjectStore store, IOptions<ArchiveOptions> options, ILogger<PointArchive> log)
{
    public static bool IsArchived(StoredEvent e) => e.Body is RouteRecorded { Points: null };

    public static UnavailableException NotConfigured() =>
        new("This activity's points are archived and this node has no archive.");

    /// <param name="events">A whole stream.</param>
    /// <param name="readAgain">The same stream anew.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="UnavailableException">The store is away or does not hold what the events say.</exception>
    public async Task<IReadOnlyList<StoredEvent>> FillAsync(
        IReadOnlyList<StoredEvent> events, Func<Task<IReadOnlyList<StoredEvent>>> readAgain, CancellationToken cancellationToken)
    {
        var id = events[0].StreamId;
        try
        {
            if (await TryFillAsync(events, cancellationToken) is { } filled)
            {
                return filled;
            }

            // Moved or restored after the events were read, and the old object is gone: the rows know better by now.
            events = await readAgain();
            return await TryFillAsync(events, cancellationToken)
                ?? throw new InvalidDataException("An object that events refer to is not in the store.");
        }
        catch (InvalidDataException exception)
        {
            LogDamaged(log, id, exception);
            throw new UnavailableException("This activity's archived points cannot be read at present.", exception);
        }
        catch (Exception exception) when (IsOutage(exception) && !cancellationToken.IsCancellationRequested)
        {
            LogAway(log, id, exception.GetType().Name, exception.Message);
            throw new UnavailableException("The archive is away for a moment; send the same request again.", exception);
        }
    }

    public static bool IsOutage(Exception exception) => exception
        is IOException or UnauthorizedAccessException or HttpRequestException or TimeoutException or OperationCanceledException;

    /// <returns><c>null</c> when an object is not there.</returns>
    private async Task<IReadOnlyList<StoredEvent>?> TryFillAsync(
        IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        var objects = new Dictionary<string, IReadOnlyDictionary<long, ArchivedChunk>>();
        var filled = new List<StoredEvent>(events.Count);
        foreach (var e in events)
        {
            if (e.Body is not RouteRecorded { Points: null } route)
            {
                filled.Add(e);
                continue;
            }

            var archived = route.Archived ?? throw new InvalidDataException($"Event {e.Version} has no points.");
            if (!objects.TryGetValue(archived.Ref, out var chunks))
            {
                // A file system that hangs does not look at tokens: the wait itself is bounded.
                if (await store.GetAsync(ArchiveKey.Parse(archived.Ref), cancellationToken)
                        .WaitAsync(options.Value.ReadTimeout, cancellationToken) is not { } content)
                {
                    return null;
                }

                objects[archived.Ref] = chunks = ArchiveObject.Decode(e.StreamId, content);
            }

            filled.Add(e with { Body = Fill(route, archived, chunks.GetValueOrDefault(e.Version)) });
        }

        return filled;
    }

    private static RouteRecorded Fill(RouteRecorded route, ArchivedPoints archived, ArchivedChunk? chunk) =>
        chunk is not null && Convert.ToHexStringLower(chunk.Sha256) == archived.Sha256
            ? route with { Points = Convert.ToBase64String(chunk.Bytes), Archived = null }
            : throw new InvalidDataException("The object does not hold the bytes that were archived.");

    [LoggerMessage(1201, LogLevel.Error, "The archived points of activity {Activity} are damaged or lost")]
    private static partial void LogDamaged(ILogger log, Guid activity, Exception exception);

    [LoggerMessage(1202, LogLevel.Warning, "The archive is away; activity {Activity} was asked for ({Kind}: {Reason})")]
    private static partial void LogAway(ILogger log, Guid activity, string kind, string reason);
}
