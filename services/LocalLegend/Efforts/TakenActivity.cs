using Npgsql;
using Strava.Contracts.Sports;
using Strava.LocalLegends.Legends;

namespace Strava.LocalLegends.Efforts;

/// <summary>
/// An activity whose mark this transaction holds: nobody changes it before the transaction ends, because who changes it
/// marks it. No segment is made meanwhile either.
/// </summary>
internal sealed class TakenActivity
{
    private const string State =
        """
        SELECT a.athlete_id, coalesce(NOT a.deleted AND a.visibility = 1, false) AND t.activity_id IS NOT NULL,
            CASE WHEN t.version >= a.version THEN t.sport ELSE a.sport END, t.version, t.points, f.version, f.points
        FROM activity a LEFT JOIN activity_track t USING (activity_id) LEFT JOIN fetched_track f USING (activity_id)
        WHERE a.activity_id = $1
        """;

    public Guid ActivityId { get; private init; }

    public Guid AthleteId { get; private set; }

    /// <summary>Of the catalogue of segments.</summary>
    public long Catalogue { get; private set; }

    /// <summary>Everyone may see it, and its track is told.</summary>
    public bool IsPublic { get; private set; }

    public Sport Sport { get; private set; }

    public long TrackVersion { get; private set; }

    /// <summary><c>null</c>: they were too long for the message.</summary>
    public byte[]? Points { get; private set; }

    /// <summary>That of this version, or a newer one, is stored.</summary>
    public bool IsFetched { get; private set; }

    public bool HasFetchedRow { get; private set; }

    /// <summary>Segment, start and time of the efforts that are stored.</summary>
    public List<(int Segment, DateTime StartedAt, int ElapsedMs)> Stored { get; private set; } = [];

    /// <returns><c>null</c>: there is no such mark any more, or somebody else holds it.</returns>
    public static async Task<TakenActivity?> TakeAsync(
        NpgsqlConnection connection, Guid activityId, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("SELECT FROM match_mark WHERE activity_id = $1 FOR UPDATE SKIP LOCKED", activityId);
        batch.AddCatalogueLock();
        batch.Add("SELECT change FROM segment_catalogue");
        batch.Add(State, activityId);
        batch.Add("SELECT segment, started_at, elapsed_ms, athlete_id FROM effort WHERE activity_id = $1", activityId);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var taken = new TakenActivity { ActivityId = activityId };
        var isMine = (await rows.ReadAsync(_ => true, cancellationToken)).Count == 1;
        await rows.NextResultAsync(cancellationToken);
        taken.Catalogue = (await rows.ReadAsync(row => row.GetInt64(0), cancellationToken))[0];
        await rows.ReadAsync(taken.ReadState, cancellationToken);
        taken.Stored = await rows.ReadAsync(taken.ReadStored, cancellationToken);
        return isMine ? taken : null;
    }

    private bool ReadState(NpgsqlDataReader row)
    {
        AthleteId = row.GetGuid(0);
        IsPublic = row.GetBoolean(1);
        HasFetchedRow = !row.IsDBNull(5);
        if (IsPublic)
        {
            Sport = (Sport)row.GetInt16(2);
            TrackVersion = row.GetInt64(3);
            IsFetched = HasFetchedRow && row.GetInt64(5) >= TrackVersion;
            Points = !row.IsDBNull(4) ? row.GetFieldValue<byte[]>(4) : IsFetched ? row.GetFieldValue<byte[]>(6) : null;
        }

        return true;
    }

    private (int Segment, DateTime StartedAt, int ElapsedMs) ReadStored(NpgsqlDataReader row)
    {
        // A rebuild may have dropped the activity's own row.
        AthleteId = row.GetGuid(3);
        return (row.GetInt32(0), row.GetDateTime(1), row.GetInt32(2));
    }
}
