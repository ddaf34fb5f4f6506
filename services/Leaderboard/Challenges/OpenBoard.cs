using Npgsql;

namespace Strava.Leaderboards.Challenges;

/// <summary>
/// A board that still moves: entries by their index, ranks by the counters. A page costs O(lines), a rank O(log N) and
/// at most some thousand index rows.
/// </summary>
internal sealed class OpenBoard(NpgsqlDataSource database)
{
    // Two ranks tell all of a page: its first standing's, and the next one's, from which on each line is one further.
    private const string Page =
        """
        WITH page AS MATERIALIZED (
            SELECT standing, reached_at, athlete, country FROM challenge_entry
            WHERE challenge = $1 AND {0} AND (standing, reached_at, athlete) > ($3, $4, $5)
            ORDER BY standing, reached_at, athlete LIMIT $6),
        ranks AS (
            SELECT standing, challenge_rank($1, $2, standing) AS rank
            FROM (SELECT DISTINCT standing FROM page ORDER BY standing LIMIT 2) AS first)
        SELECT p.standing, p.reached_at, p.athlete, p.country, r.rank
        FROM page p LEFT JOIN ranks r USING (standing) ORDER BY p.standing, p.reached_at, p.athlete
        """;

    private static readonly string PageOfAll = Page.Replace("{0}", "$2 = ''", StringComparison.Ordinal);
    private static readonly string PageOfCountry = Page.Replace("{0}", "country = $2 AND country <> ''", StringComparison.Ordinal);

    /// <param name="challenge">Its number.</param>
    /// <param name="country">'': all.</param>
    /// <param name="size">Lines, at most.</param>
    /// <param name="after">Where the page before this one ended.</param>
    /// <param name="viewer">Number of who asks, if known.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<ChallengePage> ReadAsync(
        int challenge, string country, int size, ChallengeCursor? after, long? viewer, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(PageOf(challenge, country, size, after));
        batch.BatchCommands.Add(ViewerOf(challenge, country, viewer));
        batch.BatchCommands.Add(TotalOf(challenge, country));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var (lines, next) = await LinesAsync(rows, size, cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        (long, long)? own = await rows.ReadAsync(cancellationToken) ? (rows.GetInt64(0), rows.GetInt64(1)) : null;
        await rows.NextResultAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return new ChallengePage(lines, own, rows.GetInt64(0), next);
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

    private static async Task<(List<ChallengeLine> Lines, ChallengeCursor? Next)> LinesAsync(
        NpgsqlDataReader rows, int size, CancellationToken cancellationToken)
    {
        var lines = new List<ChallengeLine>(size);
        ChallengeCursor? last = null;
        var (position, rank) = (0L, 0L);
        while (await rows.ReadAsync(cancellationToken))
        {
            if (lines.Count == size)
            {
                return (lines, last);
            }

            var (standing, reachedAt, athlete) = (rows.GetInt64(0), rows.GetDateTime(1), rows.GetInt64(2));
            position++;
            if (lines.Count == 0 || standing != lines[^1].Standing)
            {
                rank = rows.IsDBNull(4) ? position : position = rows.GetInt64(4);
            }

            lines.Add(new ChallengeLine(rank, athlete, standing, rows.GetString(3)));
            last = new ChallengeCursor(0, standing, reachedAt.Ticks, athlete);
        }

        return (lines, null);
    }

    private static NpgsqlBatchCommand PageOf(int challenge, string country, int size, ChallengeCursor? after) =>
        new(country.Length == 0 ? PageOfAll : PageOfCountry)
        {
            Parameters =
            {
                new() { Value = challenge },
                new() { Value = country },
                new() { Value = after?.Standing ?? long.MinValue },
                new() { Value = after?.ReachedAt ?? DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc) },
                new() { Value = after?.Athlete ?? 0 },
                // One more than wanted tells whether there is a next page.
                new() { Value = size + 1 },
            },
        };

    private static NpgsqlBatchCommand ViewerOf(int challenge, string country, long? viewer) => new(
        """
        SELECT challenge_rank($1, $2, standing), standing FROM challenge_entry
        WHERE challenge = $1 AND athlete = $3 AND ($2 = '' OR country = $2)
        """)
    {
        Parameters = { new() { Value = challenge }, new() { Value = country }, new() { Value = viewer ?? 0 } },
    };

    private static NpgsqlBatchCommand TotalOf(int challenge, string country) => new(
        "SELECT coalesce(sum(entries), 0)::bigint FROM challenge_group WHERE challenge = $1 AND country = $2")
    {
        Parameters = { new() { Value = challenge }, new() { Value = country } },
    };
}
