using Npgsql;

namespace Strava.Leaderboards.Challenges;

/// <summary>
/// Makes the final board of a challenge from its entries: all of it in one transaction, which also says that it is
/// there. So it is there whole or not at all, and doing it again after a crash begins with nothing.
/// </summary>
internal sealed class FinalPacking(NpgsqlDataSource database, TimeProvider time)
{
    public const int LinesOfPage = 1_000;
    private const int RowsAtOnce = 20 * LinesOfPage;

    /// <summary>Keyset by keyset, so that memory does not grow with the board. One snapshot: REPEATABLE READ.</summary>
    private const string All =
        """
        SELECT athlete, standing, country, reached_at FROM challenge_entry
        WHERE challenge = $1 AND (standing, reached_at, athlete) > ($2, $3, $4)
        ORDER BY standing, reached_at, athlete LIMIT $6
        """;

    private const string ByCountry =
        """
        SELECT athlete, standing, country, reached_at FROM challenge_entry
        WHERE challenge = $1 AND country <> '' AND (country, standing, reached_at, athlete) > ($5, $2, $3, $4)
        ORDER BY country, standing, reached_at, athlete LIMIT $6
        """;

    private const string ByAthlete =
        """
        SELECT athlete, standing, country, reached_at FROM challenge_entry
        WHERE challenge = $1 AND athlete > $4 ORDER BY athlete LIMIT $6
        """;

    /// <param name="challenge">Its number.</param>
    /// <param name="generation">Of the board that is to be made: one more than the last.</param>
    /// <param name="correction">What wanted it; <c>null</c>: the end of the challenge.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>False when another has made it.</returns>
    public async Task<bool> PackAsync(
        int challenge, int generation, long? correction, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(
            System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        if (!await LockAsync(connection, challenge, generation - 1, cancellationToken))
        {
            return false;
        }

        await PackPagesAsync(connection, challenge, generation, All, ofCountries: false, cancellationToken);
        await PackPagesAsync(connection, challenge, generation, ByCountry, ofCountries: true, cancellationToken);
        await PackAthletesAsync(connection, challenge, generation, cancellationToken);
        await using var finish = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("UPDATE challenge SET state = 3, generation = $2, final_at = $3 WHERE number = $1")
                {
                    Parameters =
                    {
                        new() { Value = challenge }, new() { Value = generation }, new() { Value = time.GetUtcNow() },
                    },
                },
                new("UPDATE challenge_correction SET generation = $2 WHERE number = $1")
                {
                    Parameters = { new() { Value = correction ?? 0 }, new() { Value = generation } },
                },
            },
        };
        await finish.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    // The applier passes over marks of a challenge whose row is locked so.
    private static async Task<bool> LockAsync(
        NpgsqlConnection connection, int challenge, int generation, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT FROM challenge WHERE number = $1 AND generation = $2 AND state > 1 FOR NO KEY UPDATE", connection);
        command.Parameters.Add(new() { Value = challenge });
        command.Parameters.Add(new() { Value = generation });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken);
    }

    private static async Task PackPagesAsync(
        NpgsqlConnection connection,
        int challenge,
        int generation,
        string sql,
        bool ofCountries,
        CancellationToken cancellationToken)
    {
        var page = new OpenPage(challenge, generation);
        await foreach (var chunk in ReadAsync(connection, challenge, sql, cancellationToken))
        {
            await using var batch = new NpgsqlBatch(connection);
            foreach (var line in chunk)
            {
                page.Add(batch, ofCountries ? line.Country : "", line);
            }

            await ExecuteAsync(batch, cancellationToken);
        }

        await using var rest = new NpgsqlBatch(connection);
        page.Close(rest);
        await ExecuteAsync(rest, cancellationToken);
    }

    private static async Task PackAthletesAsync(
        NpgsqlConnection connection, int challenge, int generation, CancellationToken cancellationToken)
    {
        await foreach (var chunk in ReadAsync(connection, challenge, ByAthlete, cancellationToken))
        {
            await using var batch = new NpgsqlBatch(connection);
            foreach (var lines in chunk.Chunk(LinesOfPage))
            {
                batch.BatchCommands.Add(new(
                    """
                    INSERT INTO challenge_final_athlete (challenge, generation, first_athlete, lines)
                    VALUES ($1, $2, $3, $4)
                    """)
                {
                    Parameters =
                    {
                        new() { Value = challenge },
                        new() { Value = generation },
                        new() { Value = lines[0].Athlete },
                        new() { Value = FinalLines.Encode(lines) },
                    },
                });
            }

            await ExecuteAsync(batch, cancellationToken);
        }
    }

    private static async Task ExecuteAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async IAsyncEnumerable<List<FinalLine>> ReadAsync(
        NpgsqlConnection connection,
        int challenge,
        string sql,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = new FinalLine(0, long.MinValue, "");
        var reachedAt = DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc);
        while (true)
        {
            var chunk = new List<FinalLine>(RowsAtOnce);
#pragma warning disable CA2100 // One of the three above.
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
#pragma warning restore CA2100
            command.Parameters.Add(new() { Value = challenge });
            command.Parameters.Add(new() { Value = last.Standing });
            command.Parameters.Add(new() { Value = reachedAt });
            command.Parameters.Add(new() { Value = last.Athlete });
            command.Parameters.Add(new() { Value = last.Country });
            command.Parameters.Add(new() { Value = RowsAtOnce });
            await using (var rows = await command.ExecuteReaderAsync(cancellationToken))
            {
                while (await rows.ReadAsync(cancellationToken))
                {
                    chunk.Add(new FinalLine(rows.GetInt64(0), rows.GetInt64(1), rows.GetString(2)));
                    reachedAt = rows.GetDateTime(3);
                }
            }

            if (chunk.Count > 0)
            {
                yield return chunk;
                last = chunk[^1];
            }

            if (chunk.Count < RowsAtOnce)
            {
                yield break;
            }
        }
    }
}
