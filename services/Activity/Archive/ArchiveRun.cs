using System.Runtime.CompilerServices;

namespace Strava.Activities.Archive;

/// <summary>A saved activity whose points lie warmer than its age allows.</summary>
/// <param name="Id">The activity's.</param>
/// <param name="Tier">Where they should be.</param>
internal sealed record Due(Guid Id, Tier Tier);

/// <summary>How a run stands.</summary>
internal sealed class ArchiveProgress
{
    private int _done;
    private int _passedOver;
    private long _pointBytes;
    private long _objectBytes;

    public int Done => _done;

    /// <summary>Changed under our hands, or of a form that a reference could not bring back.</summary>
    public int PassedOver => _passedOver;

    public long PointBytes => _pointBytes;

    public long ObjectBytes => _objectBytes;

    public void Add(Archived? archived)
    {
        if (archived is null)
        {
            Interlocked.Increment(ref _passedOver);
            return;
        }

        Interlocked.Increment(ref _done);
        Interlocked.Add(ref _pointBytes, archived.PointBytes);
        Interlocked.Add(ref _objectBytes, archived.ObjectBytes);
    }
}

/// <summary>
/// Archives what is due, a few activities at once. Cut off anywhere, the next run goes on: what is done is no longer
/// due.
/// </summary>
internal sealed class ArchiveRun(ArchiveDatabase database, Archiver archiver)
{
    private const int AtOnce = 4;
    private const int PageSize = 200;

    /// <param name="due">Which.</param>
    /// <param name="progress">Counts along.</param>
    /// <param name="cancellationToken">Ends it between two steps of an activity.</param>
    public Task RunAsync(IAsyncEnumerable<Due> due, ArchiveProgress progress, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (one, token) => progress.Add(await archiver.ArchiveAsync(one.Id, one.Tier, token)));

    /// <summary>
    /// In order of id, page by page. What was restored by hand stays for as long as its old object does, unless it is
    /// asked for. Cost: a walk along the primary key of the activities, past those that are archived.
    /// </summary>
    public async IAsyncEnumerable<Due> DueAsync(
        TimeSpan warmAfter, TimeSpan coldAfter, bool isAskedFor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = Guid.Empty;
        while (true)
        {
            var page = await database.ListAsync(
                """
                SELECT a.id, a.tier FROM (
                    SELECT id, point_count, CASE WHEN completed_at <= now() - $3 THEN 2::smallint ELSE 1::smallint END AS tier
                    FROM activity WHERE id > $1 AND state = 4 AND completed_at <= now() - $2) AS a
                WHERE a.point_count > 0 AND NOT EXISTS (
                    SELECT FROM archive_object o WHERE o.activity_id = a.id
                    AND (o.state = 'kept' AND o.tier >= a.tier OR o.state = 'free' AND NOT $4))
                ORDER BY a.id LIMIT $5
                """,
                row => new Due(row.GetGuid(0), (Tier)row.GetInt16(1)),
                cancellationToken,
                last,
                warmAfter,
                coldAfter,
                isAskedFor,
                PageSize);
            foreach (var one in page)
            {
                yield return one;
                last = one.Id;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }
        }
    }
}
