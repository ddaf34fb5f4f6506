namespace Strava.Activities.Archive;

/// <summary>
/// Removes objects that no event refers to: left by a kill, by a restore or by a move. In order: the database
/// condemns the object (it looks at the event rows, and from then on refuses any that would refer to it), the store
/// deletes it, the note of it goes. Safe to repeat and to cut off anywhere: what is condemned is found again.
/// </summary>
internal sealed class ArchiveSweep(ArchiveDatabase database, IObjectStore store)
{
    private const int PageSize = 500;
    private static readonly TimeSpan DeleteTimeout = TimeSpan.FromSeconds(30);

    /// <param name="keep">Younger ones stay: an archiver may be at work, and a backup of the database may refer to
    /// them.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>How many objects are gone.</returns>
    public async Task<int> RunAsync(TimeSpan keep, CancellationToken cancellationToken)
    {
        var removed = 0;
        var last = "";
        while (true)
        {
            var page = await database.ListAsync(
                """
                SELECT ref FROM archive_object
                WHERE state IN ('begun', 'free', 'dropped') AND changed_at <= now() - $1 AND ref > $2 ORDER BY ref LIMIT $3
                """,
                row => ArchiveKey.Parse(row.GetString(0)),
                cancellationToken,
                keep,
                last,
                PageSize);
            foreach (var key in page)
            {
                last = key.Value;
                if (await database.ScalarAsync<bool>("SELECT archive_drop($1)", cancellationToken, key.Value))
                {
                    await store.DeleteAsync(key, cancellationToken).WaitAsync(DeleteTimeout, cancellationToken);
                    await database.ExecuteAsync("SELECT archive_forget($1)", cancellationToken, key.Value);
                    removed++;
                }
            }

            if (page.Count < PageSize)
            {
                return removed;
            }
        }
    }
}
