using Npgsql;
using Strava.Leaderboards.Applying;

namespace Strava.Leaderboards.Clubs;

/// <summary>
/// The work list of the club boards: a mark is of a club (0: all of the athlete's) and a week (-infinity: all that are
/// kept).
/// </summary>
internal sealed class ClubMarks(NpgsqlDataSource database)
    : DirtyMarks(database, new MarkNames("club", "club", "week"))
{
    /// <summary>
    /// Everybody who may have entries of weeks from a day on. Members who have done nothing since then have none; who
    /// has left and lost entries with the rest needs none.
    /// </summary>
    public Task MarkAllAsync(DateOnly since, CancellationToken cancellationToken) => ExecuteAsync(
        """
        INSERT INTO club_dirty (athlete, club, week, refill)
        SELECT m.athlete, 0, '-infinity'::date, true FROM (SELECT DISTINCT athlete FROM club_member WHERE joined) m
        WHERE EXISTS (SELECT FROM ledger l WHERE l.athlete = m.athlete AND l.counts AND l.local_date >= $1)
        UNION SELECT athlete, club, week, true FROM club_applied ORDER BY 1, 2, 3
        ON CONFLICT (athlete, club, week) DO UPDATE SET version = EXCLUDED.version, refill = true
        """,
        cancellationToken,
        since);

    /// <summary>
    /// Throws marks away that nobody is written for. Only while club_store says "off": being switched on then fills
    /// everything anew.
    /// </summary>
    /// <returns>How many.</returns>
    public Task<int> DropAsync(int limit, CancellationToken cancellationToken) => ExecuteAsync(
        """
        DELETE FROM club_dirty WHERE ctid = ANY(ARRAY(SELECT ctid FROM club_dirty LIMIT $1))
            AND EXISTS (SELECT FROM club_store WHERE filled_by = 'off')
        """,
        cancellationToken,
        limit);

    /// <summary>The comparison has found these wrong: they are set once more.</summary>
    public Task AddAsync(long club, IReadOnlyList<long> athletes, CancellationToken cancellationToken) => ExecuteAsync(
        """
        INSERT INTO club_dirty (athlete, club, week)
        SELECT athlete, $1, '-infinity' FROM unnest($2) AS t (athlete) ORDER BY 1
        ON CONFLICT (athlete, club, week) DO UPDATE SET version = EXCLUDED.version
        """,
        cancellationToken,
        club,
        athletes);
}
