using Npgsql;

namespace Strava.Leaderboards.Challenges;

/// <summary>
/// A board that is final, from its packed pages: O(log pages) and a thousand lines in memory, whatever is asked.
/// </summary>
internal sealed class FinalBoard(NpgsqlDataSource database)
{
    private const string Of = "challenge = $1 AND generation = $2 AND country = $3";

    /// <param name="challenge">Its number and the generation of its board.</param>
    /// <param name="country">'': all.</param>
    /// <param name="size">Lines, at most.</param>
    /// <param name="after">Where the page before this one ended.</param>
    /// <param name="viewer">Number of who asks, if known.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<ChallengePage> ReadAsync(
        (int Number, int Generation) challenge,
        string country,
        int size,
        ChallengeCursor? after,
        long? viewer,
        CancellationToken cancellationToken)
    {
        var start = after?.Standing ?? 0;
        var total = await TotalAsync(challenge, country, cancellationToken);
        var lines = await LinesAsync(challenge, country, start, size, cancellationToken);
        var own = viewer is { } number ? await FindAsync(challenge, number, cancellationToken) : null;
        (long, long)? place = own is { } line && (country.Length == 0 || country == line.Country)
            ? (await RankAsync(challenge, country, line.Standing, cancellationToken), line.Standing)
            : null;
        var end = start + lines.Count;
        return new ChallengePage(
            lines, place, total, end < total ? new ChallengeCursor(challenge.Generation, end, 0, 0) : null);
    }

    /// <summary>The rank that a standing has, or would have.</summary>
    public async Task<long> RankAsync(
        (int Number, int Generation) challenge, string country, long standing, CancellationToken cancellationToken)
    {
        await using var command = CommandOf(
            $"""
            SELECT page, lines FROM challenge_final_page WHERE {Of} AND first_standing < $4
            ORDER BY first_standing DESC, page DESC LIMIT 1
            """,
            challenge,
            country,
            standing);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken)
            ? ((long)rows.GetInt32(0) * FinalPacking.LinesOfPage)
                + FinalLines.Decode(rows.GetFieldValue<byte[]>(1)).Count(line => line.Standing < standing) + 1
            : 1;
    }

    private async Task<long> TotalAsync(
        (int Number, int Generation) challenge, string country, CancellationToken cancellationToken)
    {
        await using var command = CommandOf(
            $"SELECT page, lines_count FROM challenge_final_page WHERE {Of} ORDER BY page DESC LIMIT 1",
            challenge,
            country);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken)
            ? ((long)rows.GetInt32(0) * FinalPacking.LinesOfPage) + rows.GetInt32(1)
            : 0;
    }

    private async Task<List<ChallengeLine>> LinesAsync(
        (int Number, int Generation) challenge,
        string country,
        long start,
        int size,
        CancellationToken cancellationToken)
    {
        await using var command = CommandOf(
            $"""
            SELECT page, first_rank, lines FROM challenge_final_page
            WHERE {Of} AND page BETWEEN $4 AND $4 + 1 ORDER BY page
            """,
            challenge,
            country,
            (int)Math.Min(start / FinalPacking.LinesOfPage, int.MaxValue - 1));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var lines = new List<ChallengeLine>(size);
        while (lines.Count < size && await rows.ReadAsync(cancellationToken))
        {
            var position = (long)rows.GetInt32(0) * FinalPacking.LinesOfPage;
            var ranked = Ranked(position, rows.GetInt64(1), FinalLines.Decode(rows.GetFieldValue<byte[]>(2)));
            lines.AddRange(ranked.Skip((int)Math.Max(0, start - position)).Take(size - lines.Count));
        }

        return lines;
    }

    private static IEnumerable<ChallengeLine> Ranked(long position, long rank, List<FinalLine> lines)
    {
        for (var index = 0; index < lines.Count; index++)
        {
            var (athlete, standing, country) = lines[index];
            rank = index > 0 && standing != lines[index - 1].Standing ? position + index + 1 : rank;
            yield return new ChallengeLine(rank, athlete, standing, country);
        }
    }

    private async Task<FinalLine?> FindAsync(
        (int Number, int Generation) challenge, long athlete, CancellationToken cancellationToken)
    {
        await using var command = CommandOf(
            """
            SELECT lines FROM challenge_final_athlete
            WHERE challenge = $1 AND generation = $2 AND $3 = '' AND first_athlete <= $4
            ORDER BY first_athlete DESC LIMIT 1
            """,
            challenge,
            "",
            athlete);
        return await command.ExecuteScalarAsync(cancellationToken) is byte[] lines
            ? FinalLines.Decode(lines).Where(line => line.Athlete == athlete)
                .Select(line => (FinalLine?)line).FirstOrDefault()
            : null;
    }

    private NpgsqlCommand CommandOf(
        string sql, (int Number, int Generation) challenge, string country, object? more = null)
    {
#pragma warning disable CA2100 // Constants of this file.
        var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = challenge.Number });
        command.Parameters.Add(new() { Value = challenge.Generation });
        command.Parameters.Add(new() { Value = country });
        if (more is not null)
        {
            command.Parameters.Add(new() { Value = more });
        }

        return command;
    }
}
