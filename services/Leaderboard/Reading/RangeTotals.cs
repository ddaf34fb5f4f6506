using Npgsql;
using NpgsqlTypes;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Reading;

/// <summary>
/// A board for which none stands, from the ledger: all that it takes is a range of one index and the places of those
/// who may be on it. Costs O(what was done in the range, by the athletes of the place).
/// </summary>
internal sealed class RangeTotals(NpgsqlDataSource database, TimeProvider time)
{
    private const int TimeoutSeconds = 60;

    private const string Totals =
        """
        SELECT l.athlete, sum(l.distance_mm)::bigint, count(*)
        FROM ledger l
        WHERE l.sport = $1 AND l.counts
            AND l.local_date >= $2 AND l.local_date < $3 AND l.started_at >= $4 AND l.started_at < $5
            AND NOT EXISTS (SELECT FROM athlete_flag f WHERE f.athlete = l.athlete)
        """;

    // The place that is in force is PlaceHistory.At's: the last one known before the period has ended everywhere,
    // else the first.
    private const string At =
        """
        SELECT p.athlete FROM (SELECT DISTINCT athlete FROM athlete_place WHERE {0}) one
        CROSS JOIN LATERAL (
            SELECT * FROM athlete_place p WHERE p.athlete = one.athlete
            ORDER BY p.since < $6 DESC, CASE WHEN p.since < $6 THEN p.version ELSE -p.version END DESC LIMIT 1) p
        WHERE {0}
        """;

    private static readonly Dictionary<string, string> Sql = new()
    {
        ["global"] = $"{Totals} GROUP BY l.athlete",
        ["country"] = Within("upper(country COLLATE \"C\") = $7"),
        ["region"] = Within("upper(region COLLATE \"C\") = $7"),
        ["city"] = Within("city = ANY($7)"),
    };

    public async Task<RangeBoard> ReadAsync(BoardKey key, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow();
        var (first, past) = key.Period.Between ?? (Utc(key.Period.First.AddDays(-2)), Utc(key.Period.End.AddDays(2)));
        await using var command = database.CreateCommand(Sql[key.Place.Kind.Word]);
        command.CommandTimeout = TimeoutSeconds;
        command.Parameters.Add(new() { Value = (short)key.Sport });
        command.Parameters.Add(new() { Value = key.Period.First });
        command.Parameters.Add(new() { Value = key.Period.End });
        command.Parameters.Add(Instant(first));
        command.Parameters.Add(Instant(past));
        if (key.Place.Kind != PlaceKind.Global)
        {
            command.Parameters.Add(Instant(key.Period.ClosesAt));
            command.Parameters.Add(new()
            {
                Value = key.Place.Kind == PlaceKind.City
                    ? await SpellingsAsync(key.Place.Code, cancellationToken)
                    : key.Place.Code,
            });
        }

        var lines = new List<(long, long)>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            lines.Add((BoardScore.FromTotals(rows.GetInt64(1), rows.GetInt64(2)).Packed, rows.GetInt64(0)));
        }

        return new RangeBoard(lines, at);
    }

    /// <summary>What athletes call a city: only our own code can tell which names are the same.</summary>
    private async Task<string[]> SpellingsAsync(string code, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT DISTINCT city FROM athlete_place WHERE city IS NOT NULL");
        command.CommandTimeout = TimeoutSeconds;
        var spellings = new List<string>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            if (rows.GetString(0) is var name && CityName.CodeOf(name) == code)
            {
                spellings.Add(name);
            }
        }

        return [.. spellings];
    }

    private static string Within(string condition) =>
        $"{Totals} AND l.athlete IN ({At.Replace("{0}", condition, StringComparison.Ordinal)}) GROUP BY l.athlete";

    private static DateTimeOffset Utc(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    private static NpgsqlParameter Instant(DateTimeOffset at) =>
        new() { Value = at.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
