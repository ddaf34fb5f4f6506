using Npgsql;

namespace Strava.Leaderboards.Challenges;

/// <summary>
/// A board that still moves: entries by their index, ranks by the counters. A page costs O(lines), a rank O(log N) and
/// at most some thousand index rows.
/// </summary>
internal sealed class OpenBoard(NpgsqlDataSource database)
{
    // Two ranks tell all of a page: its first standing's, and the next one's, from which on each line is one further.
    // One statement, so that lines, viewer and total are of one moment.
    private const string Page =
        """
        WITH page AS MATERIALIZED (
            SELECT standing, reached_at, athlete, country FROM challenge_entry
            WHERE challenge = $1 AND {0} AND (standing, reached_at, athlete) > ($3, $4, $5)
            ORDER BY standing, reached_at, athlete LIMIT $6),
        ranks AS MATERIALIZED (
            SELECT standing, challenge_rank($1, $2, standing) AS rank
            FROM (SELECT DISTINCT standing FROM page ORDER BY standing LIMIT 2) AS first),
        own AS MATERIALIZED (
            SELECT challenge_rank($1, $2, standing) AS rank, standing FROM challenge_entry
            WHERE challenge = $1 AND athlete = $7 AND ($2 = '' OR country = $2)),
        total AS MATERIALIZED (
            SELECT coalesce(sum(entries), 0)::bigint AS entries FROM challenge_group
            WHERE challenge = $1 AND country = $2)
        SELECT p.standing, p.reached_at, p.athlete, p.country, r.rank, own.rank, own.standing, total.entries
        FROM total LEFT JOIN own ON true LEFT JOIN page p ON true LEFT JOIN ranks r ON r.standing = p.standing
        ORDER BY p.standing, p.reached_at, p.athlete
        """;

    private static readonly string PageOfAll = Page.Replace("{0}", "$2 = ''", StringComparison.Ordinal);
    private static readonly string PageOfCountry =
        Page.Replace("{0}", "country = $2 AND country <> ''", StringComparison.Ordinal);

    /// <param name="challenge">Its number.</param>
    /// <param name="country">'': all.</param>
    /// <param name="size">Lines, at most.</param>
    /// <param name="after">Where the page before this one ended.</param>
    /// <param name="viewer">Number of who asks, if known.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<ChallengePage> ReadAsync(
        int challenge,
        string country,
        int size,
        ChallengeCursor? after,
        long? viewer,
        CancellationToken cancellationToken)
    {
        await using var command = CommandOf(challenge, country, size, after, viewer);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var lines = new List<ChallengeLine>(size);
        (long, long)? own = null;
        ChallengeCursor? last = null;
        var (total, position) = (0L, 0L);
        while (await rows.ReadAsync(cancellationToken))
        {
            own = rows.IsDBNull(5) ? null : (rows.GetInt64(5), rows.GetInt64(6));
            total = rows.GetInt64(7);
            if (rows.IsDBNull(0))
            {
                break;
            }

            if (lines.Count == size)
            {
                return new ChallengePage(lines, own, total, last);
            }

            var (standing, reachedAt, athlete) = (rows.GetInt64(0), rows.GetDateTime(1), rows.GetInt64(2));
            position++;
            var isTie = lines.Count > 0 && standing == lines[^1].Standing;
            if (!isTie && !rows.IsDBNull(4))
            {
                position = rows.GetInt64(4);
            }

            lines.Add(new ChallengeLine(isTie ? lines[^1].Rank : position, athlete, standing, rows.GetString(3)));
            last = new ChallengeCursor(0, standing, reachedAt.Ticks, athlete);
        }

        return new ChallengePage(lines, own, total, null);
    }

    /// <summary>The rank that a standing has, or would have.</summary>
    public async Task<long> RankAsync(int challenge, string country, long standing, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT challenge_rank($1, $2, $3)");
        command.Parameters.Add(new() { Value = challenge });
        command.Parameters.Add(new() { Value = country });
        command.Parameters.Add(new() { Value = standing });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private NpgsqlCommand CommandOf(int challenge, string country, int size, ChallengeCursor? after, long? viewer)
    {
#pragma warning disable CA2100 // Constants of this file.
        var command = database.CreateCommand(country.Length == 0 ? PageOfAll : PageOfCountry);
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = challenge });
        command.Parameters.Add(new() { Value = country });
        command.Parameters.Add(new() { Value = after?.Standing ?? long.MinValue });
        command.Parameters.Add(
            new() { Value = after?.ReachedAt ?? DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc) });
        command.Parameters.Add(new() { Value = after?.Athlete ?? 0 });

        // One more than wanted tells whether there is a next page.
        command.Parameters.Add(new() { Value = size + 1 });
        command.Parameters.Add(new() { Value = viewer ?? 0 });
        return command;
    }
}
