using Npgsql;
using NpgsqlTypes;
using Strava.Contracts.Sports;
using Strava.Core.Applying;
using Strava.Leaderboards.Applying;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Clubs;

/// <summary>An athlete's place in a club, as the marks asked for it.</summary>
internal readonly record struct Membership(long Athlete, Guid AthleteId, long Club, Sport Sport, bool Joined);

/// <summary>One athlete's sport in a week.</summary>
internal readonly record struct AthleteWeek(long Athlete, Sport Sport, Period Week);

/// <summary>What the facts say that boards must show: memberships, and totals of the ledger.</summary>
internal sealed class ClubLedger(NpgsqlDataSource database)
{
    private const string Sums =
        """
        coalesce(sum(l.distance_mm), 0)::bigint, coalesce(sum(l.moving_ms), 0)::bigint,
        coalesce(sum(l.elevation_gain_cm), 0)::bigint,
        coalesce(sum(l.distance_mm) FILTER (WHERE l.moving_ms > 0 AND l.distance_mm > 0), 0)::bigint,
        coalesce(sum(l.moving_ms) FILTER (WHERE l.moving_ms > 0 AND l.distance_mm > 0), 0)::bigint,
        coalesce(max(l.distance_mm), 0)::bigint, count(*)
        """;

    /// <summary>Athletes above one number up to another: sums of each sport and week from a day on.</summary>
    public const string SumsOfRange =
        $"""
        SELECT l.athlete, l.sport, l.local_date - (extract(isodow FROM l.local_date)::int - 1), {Sums}
        FROM ledger l
        WHERE l.athlete > $1 AND l.athlete <= $2 AND l.counts AND l.local_date >= $3
            AND NOT EXISTS (SELECT FROM athlete_flag f WHERE f.athlete = l.athlete)
        GROUP BY 1, 2, 3
        """;

    /// <summary>Of the same athletes the clubs that they are in.</summary>
    public const string MembersOfRange =
        """
        SELECT m.athlete, n.athlete_id, m.club, c.sport
        FROM club_member m JOIN athlete_number n ON n.number = m.athlete JOIN club c ON c.number = m.club
        WHERE m.athlete > $1 AND m.athlete <= $2 AND m.joined
        """;

    /// <summary>
    /// The clubs behind marks: for all clubs those that the athlete is in (at most 100), for one club how it stands,
    /// also for who is not in it.
    /// </summary>
    public async Task<ILookup<(long Athlete, long Club), Membership>> MembershipsAsync(
        IReadOnlyList<Mark> marks, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT t.athlete, n.athlete_id, t.club, m.club, c.sport, m.joined
            FROM (SELECT DISTINCT * FROM unnest($1::bigint[], $2::bigint[]) AS t (athlete, club)) t
            JOIN athlete_number n ON n.number = t.athlete
            CROSS JOIN LATERAL (
                SELECT club, true AS joined FROM club_member WHERE t.club = 0 AND athlete = t.athlete AND joined
                UNION ALL
                SELECT t.club, EXISTS (SELECT FROM club_member WHERE athlete = t.athlete AND club = t.club AND joined)
                WHERE t.club <> 0
            ) m
            JOIN club c ON c.number = m.club
            """);
        command.Parameters.Add(new() { Value = marks.Select(mark => mark.Athlete).ToArray() });
        command.Parameters.Add(new() { Value = marks.Select(mark => mark.Of).ToArray() });
        var found = new List<(long Asked, Membership Membership)>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            found.Add((rows.GetInt64(2), new Membership(
                rows.GetInt64(0), rows.GetGuid(1), rows.GetInt64(3), (Sport)rows.GetInt16(4), rows.GetBoolean(5))));
        }

        return found.ToLookup(one => (one.Membership.Athlete, one.Asked), one => one.Membership);
    }

    /// <param name="weeks">Of whom and when.</param>
    /// <param name="term">
    /// Checked in the totals' own snapshot: see LeasedApplier. <c>null</c>: nothing is to be written by this.
    /// </param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>Without those who have done nothing.</returns>
    /// <exception cref="TermOverException">The term had been claimed away before the totals were read.</exception>
    public async Task<Dictionary<AthleteWeek, ClubTotals>> TotalsAsync(
        IReadOnlyList<AthleteWeek> weeks, FenceTerm? term, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            SELECT p.i, t.*
            FROM unnest($1::bigint[], $2::smallint[], $3::date[]) WITH ORDINALITY AS p (athlete, sport, first, i)
            CROSS JOIN LATERAL (
                SELECT {Sums}
                FROM ledger l
                WHERE l.athlete = p.athlete AND l.sport = p.sport AND l.counts
                    AND l.local_date >= p.first AND l.local_date < p.first + 7
                    AND NOT EXISTS (SELECT FROM athlete_flag f WHERE f.athlete = p.athlete)
            ) t
            WHERE (SELECT count(*) FROM fence WHERE duty = $6 AND partition = ANY($4) AND term = $5) = cardinality($4)
            """);
        command.Parameters.Add(new() { Value = weeks.Select(week => week.Athlete).ToArray() });
        command.Parameters.Add(new() { Value = weeks.Select(week => (short)week.Sport).ToArray() });
        command.Parameters.Add(new() { Value = weeks.Select(week => week.Week.First).ToArray() });
        command.Parameters.Add(new()
        {
            Value = term?.Partitions ?? [],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint,
        });
        command.Parameters.Add(new() { Value = term?.Number ?? 0 });
        command.Parameters.Add(new() { Value = ClubApplier.Duty });
        var (totals, read) = (new Dictionary<AthleteWeek, ClubTotals>(), 0);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            read++;
            if (rows.GetInt64(7) > 0)
            {
                totals[weeks[(int)rows.GetInt64(0) - 1]] = TotalsAt(rows, 1);
            }
        }

        return read == weeks.Count ? totals : throw new TermOverException(term?.Number ?? 0);
    }

    /// <summary>The sums from a column on.</summary>
    public static ClubTotals TotalsAt(NpgsqlDataReader rows, int column) => ClubTotals.Of(new LedgerSums(
        rows.GetInt64(column),
        rows.GetInt64(column + 1),
        rows.GetInt64(column + 2),
        rows.GetInt64(column + 3),
        rows.GetInt64(column + 4),
        rows.GetInt64(column + 5),
        rows.GetInt64(column + 6)));
}
