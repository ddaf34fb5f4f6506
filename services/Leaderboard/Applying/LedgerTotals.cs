using Npgsql;
using NpgsqlTypes;
using Strava.Core.Applying;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Applying;

/// <summary>Reads a batch's totals and its athletes' places in one round trip, one query each.</summary>
internal sealed class LedgerTotals(NpgsqlDataSource database)
{
    /// <exception cref="TermOverException">The term had been claimed away before the totals were read.</exception>
    public async Task<(List<PeriodTotal> Totals, Dictionary<long, PlaceHistory> Places)> ReadAsync(
        FenceTerm term, IReadOnlyList<AthletePeriod> periods, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(TotalsOf(periods, term));
        batch.BatchCommands.Add(PlacesOf([.. periods.Select(period => period.Athlete).Distinct()]));

        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var totals = new List<PeriodTotal>(periods.Count);
        while (await rows.ReadAsync(cancellationToken))
        {
            var period = periods[(int)rows.GetInt64(0) - 1];
            totals.Add(new PeriodTotal(period, BoardScore.FromTotals(rows.GetInt64(1), rows.GetInt64(2))));
        }

        if (totals.Count != periods.Count)
        {
            throw new TermOverException(term.Number);
        }

        await rows.NextResultAsync(cancellationToken);
        var places = new List<(long Athlete, PlaceSince Place)>();
        while (await rows.ReadAsync(cancellationToken))
        {
            places.Add((rows.GetInt64(0), new PlaceSince(
                rows.GetInt64(1),
                rows.GetFieldValue<DateTimeOffset>(2),
                new AthletePlace(Text(rows, 3), Text(rows, 4), Text(rows, 5)))));
        }

        var histories = places.GroupBy(place => place.Athlete)
            .ToDictionary(of => of.Key, of => new PlaceHistory(of.Select(place => place.Place)));
        return (totals, histories);
    }

    // The term is checked in the totals' own snapshot: whoever claims it later also reads later. See LeasedApplier.
    private static NpgsqlBatchCommand TotalsOf(IReadOnlyList<AthletePeriod> periods, FenceTerm term) => new(
        """
        SELECT p.i, t.distance_mm, t.activities
        FROM unnest($1::bigint[], $2::smallint[], $3::date[], $4::date[], $8::integer[]) WITH ORDINALITY
            AS p (athlete, sport, first, past, days, i)
        CROSS JOIN (SELECT at, (at AT TIME ZONE 'UTC')::date AS today FROM board_rolling) w
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(l.distance_mm), 0)::bigint AS distance_mm, count(*) AS activities
            FROM ledger l
            WHERE l.athlete = p.athlete AND l.sport = p.sport AND l.counts
                AND l.local_date >= CASE p.days WHEN 0 THEN p.first ELSE w.today - p.days - 2 END
                AND l.local_date < CASE p.days WHEN 0 THEN p.past ELSE w.today + 3 END
                AND (p.days = 0
                    OR (l.started_at > w.at - p.days * interval '24 hours' AND l.started_at <= w.at))
                AND NOT EXISTS (SELECT FROM athlete_flag f WHERE f.athlete = p.athlete)
        ) t
        WHERE (SELECT count(*) FROM fence WHERE duty = $7 AND partition = ANY($5) AND term = $6) = cardinality($5)
        """)
    {
        Parameters =
        {
            new() { Value = periods.Select(period => period.Athlete).ToArray() },
            new() { Value = periods.Select(period => (short)period.Sport).ToArray() },
            new() { Value = periods.Select(period => period.Period.First).ToArray() },
            new() { Value = periods.Select(period => period.Period.End).ToArray() },
            new() { Value = term.Partitions, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint },
            new() { Value = term.Number },
            new() { Value = BoardApplier.Duty },
            new() { Value = periods.Select(period => period.Window.RollingDays).ToArray() },
        },
    };

    private static NpgsqlBatchCommand PlacesOf(long[] athletes) => new(
        "SELECT athlete, version, since, country, region, city FROM athlete_place WHERE athlete = ANY($1)")
    {
        Parameters = { new() { Value = athletes } },
    };

    private static string? Text(NpgsqlDataReader rows, int column) =>
        rows.IsDBNull(column) ? null : rows.GetString(column);
}
