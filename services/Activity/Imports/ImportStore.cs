using Npgsql;
using NpgsqlTypes;
using Strava.Activities.Activities;
using Strava.Activities.Sharding;
using Strava.Contracts.Tracks;
using Strava.EventStore;

namespace Strava.Activities.Imports;

/// <summary>What came of importing a recording.</summary>
/// <param name="Activity">The one that was made, or the one that it is a duplicate of.</param>
/// <param name="IsNew">False for a duplicate.</param>
/// <param name="Overlapping">The athlete's other activities at the same time; they are no duplicates.</param>
internal sealed record StoredImport(Activity Activity, bool IsNew, IReadOnlyList<Guid> Overlapping);

/// <summary>
/// Stores an imported recording unless it is there already: the same file, or the same sport with starts within 120 s
/// and alike tracks. Safe to repeat: the second time it finds the first.
/// </summary>
/// <remarks>
/// No unique index can say "alike", so one athlete's imports take turns by an advisory lock until they commit: two
/// recorders' files of one ride, sent at the same moment, make one activity. The tracks are compared while nobody
/// waits: what has not been compared yet ends the turn, and the next turn asks again. A phone that saves the same ride
/// in just that moment takes no turn.
/// </remarks>
internal sealed class ImportStore(Shard shard, TimeProvider clock)
{
    /// <summary>
    /// Each turn but the last compares a neighbour that came meanwhile; nobody has so many within 120 s.
    /// </summary>
    private const int MaxTurns = 20;

    /// <param name="recording">The recording.</param>
    /// <param name="keep">Adds to the batch what is to commit with a recording that is new.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="TimeoutException">New neighbours kept coming.</exception>
    public async Task<StoredImport> StoreAsync(
        WholeRecording recording, Action<NpgsqlBatch, StoredImport> keep, CancellationToken cancellationToken)
    {
        // Before the first turn: nobody waits for another database. Of a duplicate the claim stays behind, and does no
        // harm.
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        await shard.ClaimAsync(id, recording.AthleteId, cancellationToken);
        var store = shard.Store;
        var timeZone = await shard.Recordings.AthleteTimeZoneAsync(recording.AthleteId, cancellationToken);
        var points = PointsOf(TrackOrder.Merge(recording.Chunks, recording.Log));
        var alike = new Dictionary<Guid, bool>();
        for (var turn = 0; turn < MaxTurns; turn++)
        {
            Guid? first;
            Guid[] unknown;
            await using (var session = await store.OpenSessionAsync(cancellationToken))
            {
                var neighbours = await LockAsync(session, recording, cancellationToken);
                first = neighbours.FirstOrDefault(other => other.IsSameFile || alike.GetValueOrDefault(other.Id))?.Id;
                unknown = [.. neighbours.Where(other => other.IsCandidate && !alike.ContainsKey(other.Id)).Select(other => other.Id)];
                if (first is null && unknown.Length == 0)
                {
                    var now = clock.GetUtcNow();
                    var made = RecordingStore.Stage(session, id, recording, timeZone, now);
                    var stored = new StoredImport(
                        made, IsNew: true, [.. neighbours.Where(other => other.Overlaps).Select(other => other.Id)]);
                    keep(session.Batch, stored);
                    await store.SaveAsync(session, cancellationToken);
                    return stored;
                }
            }

            // From here on nobody waits for this turn, and it holds no connection.
            if (first is { } known && await store.FindAsync(known, cancellationToken) is { } found)
            {
                return new StoredImport(found, IsNew: false, []);
            }

            foreach (var other in unknown)
            {
                var stream = await store.FetchStreamAsync(other, cancellationToken);
                alike[other] = stream is not null && TrackLikeness.AreAlike(points, PointsOf(stream.Points()));
            }
        }

        throw new TimeoutException("The athlete's activities at this time keep changing.");
    }

    private static TrackPoint[] PointsOf(OrderedPoint[] ordered) => [.. ordered.Select(point => point.Point)];

    /// <summary>
    /// Waits for the athlete's turn and tells the neighbours in the order in which they were made: ranges of two
    /// indexes.
    /// </summary>
    private static async Task<IReadOnlyList<Neighbour>> LockAsync(
        EventSession session, WholeRecording recording, CancellationToken cancellationToken)
    {
        var startedAt = DateTimeOffset.FromUnixTimeMilliseconds(recording.Log.StartedAtMs!.Value);
        NpgsqlBatchCommand[] queries =
        [
            // A turn is short; who waits longer is told to come again (55P03 is answered with 503) instead of holding a
            // connection.
            new("SET LOCAL lock_timeout = '10s'"),
            new("SELECT pg_advisory_xact_lock(hashtextextended('import:' || $1, 0))")
            {
                Parameters = { new() { Value = recording.AthleteId.ToString() } },
            },
            new("""
                SELECT a.id, false, a.sport = $5 AND a.started_at BETWEEN $2 - $4 AND $2 + $4,
                       a.started_at < $3 AND a.started_at + a.total_ms * interval '1 ms' > $2, a.created_at
                FROM activity a
                WHERE a.athlete_id = $1 AND a.state = 4 AND NOT a.deleted AND a.started_at BETWEEN $2 - interval '7 days' AND $3 + $4
                UNION ALL
                SELECT a.id, true, false, false, a.created_at
                FROM imported_file f JOIN activity a ON a.id = f.activity_id AND NOT a.deleted
                WHERE f.athlete_id = $1 AND f.sha256 = $6
                ORDER BY 5, 1
                """)
            {
                Parameters =
                {
                    new() { Value = recording.AthleteId },
                    new() { Value = startedAt },
                    new() { Value = startedAt.AddMilliseconds(recording.Log.AsOf(0).TotalMs) },
                    new() { Value = TrackLikeness.Tolerance, NpgsqlDbType = NpgsqlDbType.Interval },
                    new() { Value = (short)recording.Sport },
                    new() { Value = recording.FileSha256! },
                },
            },
        ];
        await using var rows = await session.LockAsync(queries, cancellationToken);
        while (rows.FieldCount != 5)
        {
            await rows.NextResultAsync(cancellationToken);
        }

        var neighbours = new List<Neighbour>();
        while (await rows.ReadAsync(cancellationToken))
        {
            neighbours.Add(new Neighbour(rows.GetGuid(0), rows.GetBoolean(1), rows.GetBoolean(2), rows.GetBoolean(3)));
        }

        return neighbours;
    }

    /// <param name="Id">Another activity of the athlete.</param>
    /// <param name="IsSameFile">Made of the very same bytes.</param>
    /// <param name="IsCandidate">Same sport, starts within the tolerance: a duplicate if the tracks are alike.</param>
    /// <param name="Overlaps">Some moment belongs to both.</param>
    private sealed record Neighbour(Guid Id, bool IsSameFile, bool IsCandidate, bool Overlaps);
}
