using Npgsql;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;
using Strava.LocalLegends.Legends;

namespace Strava.LocalLegends.Efforts;

/// <summary>A public activity's track as it was when it was read.</summary>
internal sealed record StoredTrack(
    Guid ActivityId, Guid AthleteId, long ActivityVersion, long TrackVersion, Sport Sport, TrackPoint[] Points);

/// <summary>Tracks for a backfill.</summary>
internal sealed class StoredTracks(NpgsqlDataSource database)
{
    /// <summary>
    /// Those that are public and whose points are here. Whatever else there is of the activities has a mark, or will
    /// have one: it is matched by that.
    /// </summary>
    public async Task<List<StoredTrack>> ReadAsync(Guid[] activities, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add(
            """
            SELECT a.activity_id, a.athlete_id, a.version, t.version,
                CASE WHEN t.version >= a.version THEN t.sport ELSE a.sport END,
                coalesce(t.points, CASE WHEN f.version >= t.version THEN f.points END)
            FROM activity a JOIN activity_track t USING (activity_id) LEFT JOIN fetched_track f USING (activity_id)
            WHERE a.activity_id = ANY($1) AND NOT a.deleted AND a.visibility = 1
            """,
            activities);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var read = await rows.ReadAsync(Read, cancellationToken);
        return [.. read.OfType<StoredTrack>()];
    }

    private static StoredTrack? Read(NpgsqlDataReader row)
    {
        if (row.IsDBNull(5))
        {
            return null;
        }

        try
        {
            var points = row.GetFieldValue<byte[]>(5);
            return points.Length == 0
                ? null
                : new StoredTrack(
                    row.GetGuid(0),
                    row.GetGuid(1),
                    row.GetInt64(2),
                    row.GetInt64(3),
                    (Sport)row.GetInt16(4),
                    PointCodec.Decode(points));
        }
        catch (PointCodecException)
        {
            // Its own mark is set aside, with a line in the log.
            return null;
        }
    }
}
