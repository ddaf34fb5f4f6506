using Npgsql;

namespace Strava.LocalLegends.Legends;

/// <summary>
/// The service's advisory locks, all until the transaction's end. Whoever takes several takes them in this order, and
/// those of one kind ascending: catalogue, (rows of activities,) athletes, segments. So nobody waits in a circle.
/// </summary>
internal static class SegmentLocks
{
    private const int Segments = 2;
    private const int Catalogue = 3;
    private const int Athletes = 4;

    /// <summary>No segment is made or hidden until the transaction's end.</summary>
    public static void AddCatalogueLock(this NpgsqlBatch batch) =>
        batch.Add("SELECT pg_advisory_xact_lock_shared($1, 0)", Catalogue);

    /// <summary>For who makes or hides a segment.</summary>
    public static void AddCatalogueChangeLock(this NpgsqlBatch batch) =>
        batch.Add("SELECT pg_advisory_xact_lock($1, 0)", Catalogue);

    /// <summary>The standing of these athletes does not change until the transaction's end.</summary>
    public static void AddAthleteLocks(this NpgsqlBatch batch, params Guid[] athletes) => batch.Add(
        """
        SELECT pg_advisory_xact_lock_shared($1, hash)
        FROM (SELECT DISTINCT hashtext(a::text) AS hash FROM unnest($2::uuid[]) AS a ORDER BY 1) AS hashes
        """,
        Athletes,
        athletes);

    /// <summary>For who changes an athlete's standing.</summary>
    public static void AddAthleteChangeLock(this NpgsqlBatch batch, Guid athlete) =>
        batch.Add("SELECT pg_advisory_xact_lock($1, hashtext($2::text))", Athletes, athlete);

    /// <summary>Nobody else writes efforts or legends of these segments until the transaction's end.</summary>
    /// <param name="batch">To which it is added.</param>
    /// <param name="segments">Ascending.</param>
    public static void AddSegmentLocks(this NpgsqlBatch batch, params int[] segments) =>
        batch.Add("SELECT pg_advisory_xact_lock($1, number) FROM unnest($2) AS number", Segments, segments);
}
