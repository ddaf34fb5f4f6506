using Npgsql;
using Strava.Activities.Sharding;
using Strava.Contracts;
using Strava.Contracts.Events;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;
using Strava.EventStore;

namespace Strava.Activities.Activities;

/// <summary>A finished recording that comes in one piece: from a phone that was offline, or from a file.</summary>
/// <param name="Log">Ends with COMPLETE.</param>
/// <param name="Chunks">What no untimed leg may cross: a file's segments, or pieces of a phone's points.</param>
/// <param name="FileSha256">Of an imported file.</param>
/// <param name="ElevationSource">How its heights are measured, where the file says it.</param>
internal sealed record WholeRecording(
    Guid AthleteId,
    Sport Sport,
    string? Name,
    Visibility Visibility,
    string? TimeZone,
    StateLog Log,
    IReadOnlyList<TrackChunk> Chunks,
    byte[]? FileSha256 = null,
    ElevationSource? ElevationSource = null);

/// <summary>What came of storing one.</summary>
/// <param name="Stream">The activity as it is stored.</param>
/// <param name="IsNew">False when the very same recording was there already.</param>
internal sealed record StoredRecording(ActivityStream Stream, bool IsNew);

/// <summary>Stores a whole recording: one transaction, one round trip.</summary>
internal sealed class RecordingStore(Shard shard, TimeProvider clock)
{
    /// <summary>
    /// Safe to repeat: the stream's primary key lets one writer through; a repeat compares what is stored with what it
    /// brings.
    /// </summary>
    /// <param name="id">The activity's.</param>
    /// <param name="recording">The recording.</param>
    /// <param name="keep">Adds to the batch what is to commit with a recording that is new.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns><c>null</c> when the id is taken by another recording.</returns>
    public async Task<StoredRecording?> StoreAsync(
        Guid id, WholeRecording recording, Action<NpgsqlBatch, ActivityStream> keep, CancellationToken cancellationToken)
    {
        if (!await shard.ClaimAsync(id, recording.AthleteId, cancellationToken))
        {
            return null;
        }

        var store = shard.Store;
        var timeZone = await AthleteTimeZoneAsync(recording.AthleteId, cancellationToken);
        await using var session = await store.OpenSessionAsync(cancellationToken);
        var made = ActivityStream.Of(Stage(session, id, recording, timeZone, clock.GetUtcNow()), recording.Chunks);
        keep(session.Batch, made);
        try
        {
            await store.SaveAsync(session, cancellationToken);
        }
        catch (StreamExistsException)
        {
            return await store.FetchStreamAsync(id, cancellationToken) is { } stored && IsSame(stored, recording)
                ? new StoredRecording(stored, IsNew: false)
                : null;
        }

        return new StoredRecording(made, IsNew: true);
    }

    /// <summary>Begins the recording's stream, with its rows. Not yet saved.</summary>
    public static Activity Stage(
        EventSession session, Guid id, WholeRecording recording, string? athleteTimeZone, DateTimeOffset now)
    {
        var activity = ActivityStore.Start(session, id, Events(recording, athleteTimeZone, now));
        if (recording.FileSha256 is not null)
        {
            session.Batch.BatchCommands.Add(ImportedFile(id, recording.AthleteId, recording.FileSha256));
        }

        return activity;
    }

    public async Task<string?> AthleteTimeZoneAsync(Guid athleteId, CancellationToken cancellationToken)
    {
        await using var command = shard.Database.CreateCommand("SELECT time_zone FROM athlete_copy WHERE athlete_id = $1");
        command.Parameters.Add(new() { Value = athleteId });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>The stream of a whole recording. Pure.</summary>
    public static List<object> Events(WholeRecording recording, string? athleteTimeZone, DateTimeOffset now)
    {
        var startedAt = DateTimeOffset.FromUnixTimeMilliseconds(recording.Log.StartedAtMs!.Value);
        var timeZone = recording.TimeZone ?? athleteTimeZone;
        var points = TrackOrder.Merge(recording.Chunks, recording.Log);
        var figures = TrackStatistics.Compute(
            recording.Sport, recording.Log, points, recording.Log.CompletedAtMs!.Value, recording.ElevationSource);
        var bestTimes = BestTimes.Of(recording.Sport, recording.Log, points);
        List<object> events =
        [
            new ActivityCreated(
                recording.AthleteId,
                recording.Sport,
                recording.Name ?? ActivityAnswers.DefaultName(recording.Sport, startedAt, timeZone),
                recording.Visibility,
                recording.TimeZone,
                now,
                recording.FileSha256 is null ? null : Convert.ToHexStringLower(recording.FileSha256),
                recording.ElevationSource),
        ];
        // The points come before the last word, so that a reader who sees COMPLETE has seen them.
        var words = Activity.EventsOf(
            recording.Log.Changes,
            change => Activity.Completed(
                DateTimeOffset.FromUnixTimeMilliseconds(change.AtMs), startedAt, figures, bestTimes, timeZone)).ToList();
        events.AddRange(words.SkipLast(1));
        events.AddRange(recording.Chunks.Select(ActivityStream.EventOf));
        events.Add(words[^1]);
        return events;
    }

    private static bool IsSame(ActivityStream stored, WholeRecording recording) =>
        !stored.Activity.Deleted
        && stored.Activity.AthleteId == recording.AthleteId
        && stored.Activity.Log.Changes.SequenceEqual(recording.Log.Changes)
        && stored.Chunks.Count == recording.Chunks.Count
        && stored.Chunks.Zip(recording.Chunks).All(pair =>
            pair.First.Sequence == pair.Second.Sequence && pair.First.Points.AsSpan().SequenceEqual(pair.Second.Points));

    private static NpgsqlBatchCommand ImportedFile(Guid id, Guid athleteId, byte[] sha256) =>
        new("INSERT INTO imported_file (athlete_id, sha256, activity_id) VALUES ($1, $2, $3)")
        {
            Parameters = { new() { Value = athleteId }, new() { Value = sha256 }, new() { Value = id } },
        };
}
