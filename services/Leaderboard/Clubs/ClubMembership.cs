using Npgsql;
using Strava.Core.Idempotency;
using Strava.Leaderboards.Ledgers;

namespace Strava.Leaderboards.Clubs;

/// <summary>What has come of a wish to join or to leave.</summary>
internal enum MembershipOutcome
{
    /// <summary>So it is, by this call or by one before.</summary>
    Done,

    /// <summary>The athlete is in as many clubs as one may be.</summary>
    TooMany,
}

/// <summary>
/// Joining and leaving: the row, the counter and the mark in one transaction, after the athlete's lock. So the limit is
/// exact, a repeat changes nothing, and a message of this athlete's is before or after as a whole. The counter's row
/// (one of sixteen a club) is locked last.
/// </summary>
internal sealed class ClubMembership(NpgsqlDataSource database, TimeProvider time)
{
    public const int MaxClubs = 100;

    private const string Join =
        """
        WITH me AS (SELECT number FROM athlete_number WHERE athlete_id = $1),
        state AS (
            SELECT coalesce(bool_or(m.joined) FILTER (WHERE m.club = $2), false) AS joined,
                count(*) FILTER (WHERE m.joined) AS clubs
            FROM club_member m, me WHERE m.athlete = me.number),
        changed AS (
            INSERT INTO club_member AS m (athlete, club, version, joined, changed_at)
            SELECT me.number, $2, 1, true, $3 FROM me, state WHERE NOT state.joined AND state.clubs < $4
            ON CONFLICT (athlete, club) DO UPDATE SET version = m.version + 1, joined = true, changed_at = $3
            RETURNING athlete, club),
        """;

    private const string Leave =
        """
        WITH state AS (SELECT false AS joined, 0 AS clubs),
        changed AS (
            UPDATE club_member m SET version = m.version + 1, joined = false, changed_at = $3 FROM athlete_number n
            WHERE n.athlete_id = $1 AND m.athlete = n.number AND m.club = $2 AND m.joined AND $4 > 0
            RETURNING m.athlete, m.club),
        """;

    // Both weeks of the athlete's come in, or are taken out, by the one path that boards are written by.
    private const string MarkAndCount =
        """
        marked AS (
            INSERT INTO club_dirty (athlete, club, week) SELECT athlete, club, '-infinity' FROM changed
            ON CONFLICT (athlete, club, week) DO UPDATE SET version = EXCLUDED.version),
        counted AS (
            INSERT INTO club_count AS k (club, stripe, members) SELECT club, athlete % 16, $5 FROM changed
            ON CONFLICT (club, stripe) DO UPDATE SET members = k.members + EXCLUDED.members)
        SELECT state.joined OR state.clubs < $4 OR EXISTS (SELECT FROM changed) FROM state
        """;

    public Task<MembershipOutcome> JoinAsync(
        KnownClub club, Guid athlete, HttpContext http, IResult answer, CancellationToken cancellationToken) =>
        ChangeAsync(Join + MarkAndCount, club, athlete, 1, http, answer, cancellationToken);

    public Task<MembershipOutcome> LeaveAsync(
        KnownClub club, Guid athlete, HttpContext http, IResult answer, CancellationToken cancellationToken) =>
        ChangeAsync(Leave + MarkAndCount, club, athlete, -1, http, answer, cancellationToken);

    private async Task<MembershipOutcome> ChangeAsync(
        string sql,
        KnownClub club,
        Guid athlete,
        long by,
        HttpContext http,
        IResult answer,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.AddAthleteLock(athlete);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await using var change = new NpgsqlCommand(sql, connection, transaction)
        {
            Parameters =
            {
                new() { Value = athlete },
                new() { Value = club.Number },
                new() { Value = time.GetUtcNow() },
                new() { Value = (long)MaxClubs },
                new() { Value = by },
            },
        };
        if (await change.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return MembershipOutcome.TooMany;
        }

        await connection.KeepAsync(http, answer, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return MembershipOutcome.Done;
    }
}
