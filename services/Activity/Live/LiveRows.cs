using Npgsql;
using Strava.Contracts.Rest;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Live;

/// <summary>The statements of <see cref="LiveBuffer"/>.</summary>
internal static class LiveRows
{
    /// <summary>Posts do not wait for each other; they wait for whoever writes the stream.</summary>
    public static NpgsqlBatchCommand Share(Guid activityId) => new("SELECT 1 FROM mt_streams WHERE id = $1 FOR SHARE")
    {
        Parameters = { new NpgsqlParameter<Guid> { TypedValue = activityId } },
    };

    /// <summary>
    /// Answers: stored now?, the activity's state, the hash that was stored before, is it full? No row: not this
    /// athlete's. What waits to be folded is not counted: the limit may be passed by what comes in a minute.
    /// </summary>
    public static NpgsqlBatchCommand Insert(Guid activityId, Guid athleteId, long sequence, byte[] contentHash, byte[] points) => new(
        """
        WITH a AS (SELECT state, coalesce(p.points_sent, 0) >= $6 AS is_full
                   FROM activity LEFT JOIN activity_progress p ON p.activity_id = id
                   WHERE id = $1 AND athlete_id = $2 AND NOT deleted),
             c AS (INSERT INTO route_chunk (activity_id, sequence, content_hash) SELECT $1, $3, $4 FROM a
                   WHERE state IN (1, 2, 3) AND NOT is_full ON CONFLICT DO NOTHING RETURNING 1),
             b AS (INSERT INTO live_buffer (activity_id, sequence, points) SELECT $1, $3, $5 FROM c)
        SELECT EXISTS (SELECT FROM c), state, CASE WHEN NOT EXISTS (SELECT FROM c)
            THEN (SELECT content_hash FROM route_chunk WHERE activity_id = $1 AND sequence = $3) END, is_full FROM a
        """)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = activityId },
            new NpgsqlParameter<Guid> { TypedValue = athleteId },
            new NpgsqlParameter<long> { TypedValue = sequence },
            new NpgsqlParameter<byte[]> { TypedValue = contentHash },
            new NpgsqlParameter<byte[]> { TypedValue = points },
            new NpgsqlParameter<int> { TypedValue = RequestRules.MaxPoints },
        },
    };

    public static NpgsqlBatchCommand Select(Guid activityId) => new(
        "SELECT sequence, points FROM live_buffer WHERE activity_id = $1 ORDER BY sequence")
    {
        Parameters = { new NpgsqlParameter<Guid> { TypedValue = activityId } },
    };

    public static async Task<List<TrackChunk>> ReadAsync(NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        var posts = new List<TrackChunk>();
        while (await rows.ReadAsync(cancellationToken))
        {
            posts.Add(new TrackChunk(rows.GetInt64(0), PointCodec.Decode(rows.GetFieldValue<byte[]>(1))));
        }

        return posts;
    }

    public static NpgsqlBatchCommand Delete(Guid activityId) => new("DELETE FROM live_buffer WHERE activity_id = $1")
    {
        Parameters = { new NpgsqlParameter<Guid> { TypedValue = activityId } },
    };
}
