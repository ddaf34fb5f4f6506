using Npgsql;

namespace Strava.Leaderboards.Clubs;

/// <summary>
/// A mark as it was when it was taken. Club 0: all of the athlete's; week -infinity: all that are kept.
/// </summary>
internal readonly record struct ClubMark(long Athlete, long Club, DateOnly Week, long Version)
{
    public bool IsAllClubs => Club == 0;

    /// <summary>Npgsql reads -infinity as the first day there is.</summary>
    public bool IsAllWeeks => Week == DateOnly.MinValue;
}

/// <summary>The work list of the club boards; as <see cref="Applying.BoardMarks"/>.</summary>
internal sealed class ClubMarks(NpgsqlDataSource database)
{
    /// <summary>The oldest first. They stay until <see cref="RemoveAsync"/>, so a crash loses none.</summary>
    public async Task<List<ClubMark>> TakeAsync(short[] partitions, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT athlete, club, week, version FROM club_dirty
            WHERE partition = ANY($1) ORDER BY marked_at LIMIT $2
            """);
        command.Parameters.Add(new() { Value = partitions });
        command.Parameters.Add(new() { Value = limit });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var marks = new List<ClubMark>();
        while (await rows.ReadAsync(cancellationToken))
        {
            marks.Add(new ClubMark(
                rows.GetInt64(0), rows.GetInt64(1), rows.GetFieldValue<DateOnly>(2), rows.GetInt64(3)));
        }

        return marks;
    }

    /// <summary>
    /// Removes those that nobody has changed since they were taken, and notes them as applied lately.
    /// </summary>
    public async Task RemoveAsync(IReadOnlyList<ClubMark> marks, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH done AS (
                DELETE FROM club_dirty d
                USING unnest($1::bigint[], $2::bigint[], $3::date[], $4::bigint[]) AS t (athlete, club, week, version)
                WHERE d.athlete = t.athlete AND d.club = t.club AND d.week = t.week AND d.version = t.version
            )
            INSERT INTO club_applied (athlete, club, week, applied_at)
            SELECT athlete, club, week, clock_timestamp()
            FROM unnest($1::bigint[], $2::bigint[], $3::date[]) AS t (athlete, club, week)
            ON CONFLICT (athlete, club, week) DO UPDATE SET applied_at = EXCLUDED.applied_at
            """);
        command.Parameters.Add(new() { Value = marks.Select(mark => mark.Athlete).ToArray() });
        command.Parameters.Add(new() { Value = marks.Select(mark => mark.Club).ToArray() });
        command.Parameters.Add(new() { Value = marks.Select(mark => mark.Week).ToArray() });
        command.Parameters.Add(new() { Value = marks.Select(mark => mark.Version).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Throws marks away that nobody is written for. Only while club_store says "off": being switched on then fills
    /// everything anew.
    /// </summary>
    /// <returns>How many.</returns>
    public async Task<int> DropAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            DELETE FROM club_dirty WHERE ctid = ANY(ARRAY(SELECT ctid FROM club_dirty LIMIT $1))
                AND EXISTS (SELECT FROM club_store WHERE filled_by = 'off')
            """);
        command.Parameters.Add(new() { Value = limit });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The comparison has found these wrong: they are set once more.</summary>
    public async Task AddAsync(long club, IReadOnlyList<long> athletes, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO club_dirty (athlete, club, week)
            SELECT athlete, $1, '-infinity' FROM unnest($2) AS t (athlete) ORDER BY 1
            ON CONFLICT (athlete, club, week) DO UPDATE SET version = EXCLUDED.version
            """);
        command.Parameters.Add(new() { Value = club });
        command.Parameters.Add(new() { Value = athletes });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Changes before this moment are on the boards; and whether a refill is still going on.</summary>
    public async Task<(DateTimeOffset At, bool Refilling)> WatermarkAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT coalesce((SELECT min(marked_at) FROM club_dirty), statement_timestamp()),
                EXISTS (SELECT FROM club_dirty WHERE refill)
            """);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetFieldValue<DateTimeOffset>(0), row.GetBoolean(1));
    }
}
