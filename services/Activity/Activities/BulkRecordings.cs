using Npgsql;
using NpgsqlTypes;
using Strava.Activities.Sharding;
using Strava.EventStore;

namespace Strava.Activities.Activities;

/// <summary>
/// Whole recordings of phones by the hundred, for imports from elsewhere and for replays. The same streams and rows as
/// one by one (<see cref="RecordingStore"/>). Safe to repeat: what exists is left as it is.
/// </summary>
internal sealed class BulkRecordings(Shard shard, TimeProvider clock)
{
    private readonly BulkAppend _bulk = new(shard.Database, ActivityEventTypes.All, clock);

    /// <param name="recordings">Of athletes of this shard; none of a file, whose likeness to others would have to be
    /// judged.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>The ids that were written; the others exist, or are another athlete's.</returns>
    public async Task<IReadOnlySet<Guid>> StoreAsync(
        IReadOnlyList<(Guid Id, WholeRecording Recording)> recordings, CancellationToken cancellationToken)
    {
        var zones = await TimeZonesAsync([.. recordings.Select(one => one.Recording.AthleteId).Distinct()], cancellationToken);
        var now = clock.GetUtcNow();
        var streams = new List<StreamEvents>(recordings.Count);
        foreach (var (id, recording) in recordings)
        {
            if (recording.FileSha256 is not null)
            {
                throw new ArgumentException($"The recording {id} is an imported file's.", nameof(recordings));
            }

            if (await shard.ClaimAsync(id, recording.AthleteId, cancellationToken))
            {
                streams.Add(new StreamEvents(
                    id, RecordingStore.Events(recording, zones.GetValueOrDefault(recording.AthleteId), now)));
            }
        }

        var written = await _bulk.StartAsync(streams, CopyRowsAsync, cancellationToken);
        shard.Signal.Committed();
        return written.Select(stream => stream.Id).ToHashSet();
    }

    internal static async Task CopyRowsAsync(
        NpgsqlConnection connection, IReadOnlyList<StreamEvents> streams, CancellationToken cancellationToken)
    {
        await using var rows = await connection.BeginBinaryImportAsync(
            """
            COPY activity (id, athlete_id, version, sport, name, visibility, state, time_zone, created_at, started_at, completed_at,
                local_date, distance_mm, total_ms, active_ms, moving_ms, gain_cm, loss_cm, point_count,
                best_5km_ms, best_10km_ms) FROM STDIN (FORMAT BINARY)
            """,
            cancellationToken);
        foreach (var activity in streams.Select(stream => Activity.Of(stream.Id, stream.Events)))
        {
            var final = activity.Final!;
            await rows.StartRowAsync(cancellationToken);
            await rows.WriteAsync(activity.Id, cancellationToken);
            await rows.WriteAsync(activity.AthleteId, cancellationToken);
            await rows.WriteAsync(activity.Version, cancellationToken);
            await rows.WriteAsync((short)activity.Sport, cancellationToken);
            await rows.WriteAsync(activity.Name, cancellationToken);
            await rows.WriteAsync((short)activity.Visibility, cancellationToken);
            await rows.WriteAsync((short)activity.State, cancellationToken);
            await rows.WriteAsync(final.TimeZone, cancellationToken);
            await rows.WriteAsync(activity.CreatedAt.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
            await rows.WriteAsync(activity.StartedAt!.Value.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
            await rows.WriteAsync(final.At.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
            await rows.WriteAsync(final.LocalDate, NpgsqlDbType.Date, cancellationToken);
            await rows.WriteAsync(final.DistanceMillimeters, cancellationToken);
            await rows.WriteAsync(final.TotalMilliseconds, cancellationToken);
            await rows.WriteAsync(final.ActiveMilliseconds, cancellationToken);
            await rows.WriteAsync(final.MovingMilliseconds, cancellationToken);
            await rows.WriteAsync(final.ElevationGainCentimeters, cancellationToken);
            await rows.WriteAsync(final.ElevationLossCentimeters, cancellationToken);
            await rows.WriteAsync(final.PointCount, cancellationToken);
            await WriteAsync(rows, final.Best5KmMilliseconds, cancellationToken);
            await WriteAsync(rows, final.Best10KmMilliseconds, cancellationToken);
        }

        await rows.CompleteAsync(cancellationToken);
    }

    private static Task WriteAsync(NpgsqlBinaryImporter rows, long? milliseconds, CancellationToken cancellationToken) =>
        milliseconds is { } known ? rows.WriteAsync((int)known, cancellationToken) : rows.WriteNullAsync(cancellationToken);

    private async Task<Dictionary<Guid, string>> TimeZonesAsync(Guid[] athleteIds, CancellationToken cancellationToken)
    {
        await using var command = shard.Database.CreateCommand(
            "SELECT athlete_id, time_zone FROM athlete_copy WHERE athlete_id = ANY($1) AND time_zone IS NOT NULL");
        command.Parameters.Add(new() { Value = athleteIds });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var zones = new Dictionary<Guid, string>();
        while (await rows.ReadAsync(cancellationToken))
        {
            zones.Add(rows.GetGuid(0), rows.GetString(1));
        }

        return zones;
    }
}
