using Npgsql;

namespace Strava.Activities.Archive;

/// <summary>What came of archiving one activity.</summary>
/// <param name="PointBytes">That left Postgres, before base64 and compression by the database.</param>
/// <param name="ObjectBytes">Of the object.</param>
internal sealed record Archived(long PointBytes, long ObjectBytes);

/// <summary>
/// Moves the points of one activity: into an object, or back. In order: the attempt is noted, the object is stored,
/// read back and compared, and only then do the event rows change, in one transaction that compares again. So at any
/// moment each row holds its points or refers to an object that was verified.
/// </summary>
/// <remarks>
/// Safe to repeat, and for two at once on one activity: each attempt has an object of its own, and the rows change
/// once, for the faster one. A kill leaves an object that nothing refers to, which <see cref="ArchiveSweep"/> finds
/// by the attempt's note. No lease fences this: the database's functions verify what they change.
/// </remarks>
internal sealed class Archiver(ArchiveDatabase database, IObjectStore store, TimeProvider clock)
{
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(30);

    /// <param name="id">A saved activity.</param>
    /// <param name="tier">Where its points shall lie; those that lie warmer are moved.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns><c>null</c> when there was nothing to move, or its rows changed meanwhile.</returns>
    public async Task<Archived?> ArchiveAsync(Guid id, Tier tier, CancellationToken cancellationToken)
    {
        var chunks = new List<ArchivedChunk>();
        var rows = (await RowsAsync(id, cancellationToken)).Where(row => row.Key is null || row.Key.Tier < tier).ToList();
        if (rows.Count == 0)
        {
            return null;
        }

        var fetched = await FetchAsync(id, rows, cancellationToken);
        chunks.AddRange(rows.Select(row => row.Points is { } points
            ? new ArchivedChunk(row.Version, row.Sequence, row.Count, Convert.FromBase64String(points))
            : fetched[row.Version]));

        // 1. Noted first: an object that may exist is never unknown.
        var key = ArchiveKey.Make(id, tier, clock.GetUtcNow());
        await database.ExecuteAsync("SELECT archive_begin($1, $2, $3)", cancellationToken, id, key.Value, (short)tier);

        // 2. Stored, 3. read back: the hashes below are those of the bytes that the store gives out.
        var content = ArchiveObject.Encode(id, chunks);
        await store.PutAsync(key, content, cancellationToken).WaitAsync(StoreTimeout, cancellationToken);
        var stored = await store.GetAsync(key, cancellationToken).WaitAsync(StoreTimeout, cancellationToken)
            ?? throw new InvalidDataException($"The object {key.Value} is not there after it was stored.");
        var verified = ArchiveObject.Decode(id, stored);
        if (!stored.AsSpan().SequenceEqual(content))
        {
            throw new InvalidDataException($"The object {key.Value} came back with other bytes.");
        }

        // 4. The rows, if they still hold just these bytes.
        var versions = chunks.Select(chunk => chunk.Version).ToArray();
        try
        {
            await database.ExecuteAsync(
                "SELECT archive_events($1, $2, $3, $4)",
                cancellationToken,
                key.Value,
                versions,
                versions.Select(version => verified[version].Sha256).ToArray(),
                content.Length);
        }
        catch (PostgresException exception) when (ArchiveDatabase.IsOvertaken(exception))
        {
            return null;
        }

        return new Archived(chunks.Sum(chunk => (long)chunk.Bytes.Length), content.Length);
    }

    /// <summary>
    /// Brings an activity's points back into their rows, byte for byte. Safe to repeat: then there is nothing archived.
    /// </summary>
    /// <returns>False when there was nothing to restore, or its rows changed meanwhile.</returns>
    public async Task<bool> RestoreAsync(Guid id, CancellationToken cancellationToken)
    {
        var rows = (await RowsAsync(id, cancellationToken)).Where(row => row.Key is not null).ToList();
        if (rows.Count == 0)
        {
            return false;
        }

        var chunks = await FetchAsync(id, rows, cancellationToken);
        try
        {
            await database.ExecuteAsync(
                "SELECT archive_restore($1, $2, $3)",
                cancellationToken,
                id,
                rows.Select(row => row.Version).ToArray(),
                rows.Select(row => chunks[row.Version].Bytes).ToArray());
            return true;
        }
        catch (PostgresException exception) when (ArchiveDatabase.IsOvertaken(exception))
        {
            return false;
        }
    }

    private Task<List<Row>> RowsAsync(Guid id, CancellationToken cancellationToken) => database.ListAsync(
        """
        SELECT version, (data ->> 'Sequence')::bigint, (data ->> 'Count')::int, data ->> 'Points',
               data #>> '{Archived,ref}', data #>> '{Archived,sha256}'
        FROM mt_events WHERE stream_id = $1 AND type = 'route_recorded' AND bdata IS NULL ORDER BY version
        """,
        row => new Row(
            row.GetInt64(0),
            row.GetInt64(1),
            row.GetInt32(2),
            row.IsDBNull(3) ? null : row.GetString(3),
            row.IsDBNull(4) ? null : ArchiveKey.Parse(row.GetString(4)),
            row.IsDBNull(5) ? null : row.GetString(5)),
        cancellationToken,
        id);

    /// <summary>The archived chunks among these, each verified.</summary>
    private async Task<Dictionary<long, ArchivedChunk>> FetchAsync(
        Guid id, IReadOnlyCollection<Row> rows, CancellationToken cancellationToken)
    {
        var chunks = new Dictionary<long, ArchivedChunk>();
        foreach (var one in rows.Where(row => row.Key is not null).GroupBy(row => row.Key!))
        {
            var content = await store.GetAsync(one.Key, cancellationToken).WaitAsync(StoreTimeout, cancellationToken)
                ?? throw new InvalidDataException($"The object {one.Key.Value} is not in the store.");
            var held = ArchiveObject.Decode(id, content);
            foreach (var row in one)
            {
                chunks[row.Version] = held.GetValueOrDefault(row.Version) is { } chunk
                    && Convert.ToHexStringLower(chunk.Sha256) == row.Sha256
                        ? chunk
                        : throw new InvalidDataException($"The object {one.Key.Value} does not hold event {row.Version}.");
            }
        }

        return chunks;
    }

    /// <summary>An event row: with points, or with a key and a hash.</summary>
    private sealed record Row(long Version, long Sequence, int Count, string? Points, ArchiveKey? Key, string? Sha256);
}
