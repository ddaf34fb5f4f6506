using Npgsql;
using Strava.Contracts.Sports;
using Strava.Leaderboards.Launch;

namespace Strava.Leaderboards.Clubs;

/// <summary>A board and what differs on it.</summary>
/// <param name="Board">Which.</param>
/// <param name="Compared">Athletes that were looked at.</param>
/// <param name="Wrong">Those whose entry is not what the ledger says, by number, with both.</param>
internal sealed record ClubDifferences(ClubBoardKey Board, int Compared, IReadOnlyDictionary<long, string> Wrong);

/// <summary>
/// Works a sample of a board out of the ledger again and compares it with what Redis holds, number by number: both
/// athletes that are on the board (is it more than they did?) and members (is somebody missing?). A board of up to <see
/// cref="Sample"/> lines is compared whole; no step costs O(members).
/// </summary>
internal sealed class ClubComparison(
    NpgsqlDataSource database, RedisClubs redis, LaunchSwitches switches, TimeProvider time)
{
    public const int Sample = 200;
    private readonly ClubLedger _ledger = new(database);

    /// <summary>The next club, in a circle; <c>null</c>: there is none.</summary>
    public async Task<KnownClub?> NextAsync(long after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            (SELECT number, id, name, sport FROM club WHERE number > $1 ORDER BY number LIMIT 1)
            UNION ALL (SELECT number, id, name, sport FROM club ORDER BY number LIMIT 1)
            LIMIT 1
            """);
        command.Parameters.Add(new() { Value = after });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken)
            ? new KnownClub(rows.GetInt64(0), rows.GetGuid(1), rows.GetString(2), (Sport)rows.GetInt16(3))
            : null;
    }

    /// <summary>Differences that are not merely on their way: nobody of them has a mark.</summary>
    public async Task<IReadOnlyList<ClubDifferences>> CompareAsync(KnownClub club, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var differences = new List<ClubDifferences>();
        foreach (var week in (string[])[ClubWeek.This, ClubWeek.Last])
        {
            var board = new ClubBoardKey(club.Number, ClubWeek.Find(week, today));
            var athletes = await SampleAsync(board, cancellationToken);
            var wrong = await WrongAsync(club, board, athletes, cancellationToken);

            // What changed between the two readings is equal or marked by the next one.
            for (var again = 0; wrong.Count > 0 && again < 3; again++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), time, cancellationToken);
                wrong = await WrongAsync(club, board, [.. wrong.Keys], cancellationToken);
            }

            differences.Add(new ClubDifferences(board, athletes.Count, wrong));
        }

        return differences;
    }

    private async Task<IReadOnlyList<long>> SampleAsync(ClubBoardKey board, CancellationToken cancellationToken)
    {
        var athletes = (await redis.MembersAsync(board, Sample, cancellationToken)).ToHashSet();
        await using var command = database.CreateCommand(
            """
            SELECT athlete FROM club_member WHERE club = $1 AND joined AND athlete >= floor(random() * $2)
            ORDER BY athlete LIMIT $3
            """);
        command.Parameters.Add(new() { Value = board.Club });
        command.Parameters.Add(new() { Value = await HighestAsync(board.Club, cancellationToken) });
        command.Parameters.Add(new() { Value = Sample });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            athletes.Add(rows.GetInt64(0));
        }

        return [.. athletes];
    }

    /// <summary>0, so that all are taken, where the club has few members.</summary>
    private async Task<double> HighestAsync(long club, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT CASE WHEN (SELECT coalesce(sum(members), 0) FROM club_count WHERE club = $1) <= $2 THEN 0
                ELSE (SELECT max(athlete) FROM club_member WHERE club = $1 AND joined) END::float8
            """);
        command.Parameters.Add(new() { Value = club });
        command.Parameters.Add(new() { Value = Sample });
        return (double)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<Dictionary<long, string>> WrongAsync(
        KnownClub club, ClubBoardKey board, IReadOnlyList<long> athletes, CancellationToken cancellationToken)
    {
        if (athletes.Count == 0)
        {
            return [];
        }

        var found = new Dictionary<long, string>();
        foreach (var some in athletes.Chunk(Sample))
        {
            foreach (var (athlete, entry) in await redis.EntriesAsync(board, some, cancellationToken))
            {
                found.Add(athlete, entry);
            }
        }

        var settled = await SettledAsync(club, athletes, cancellationToken);
        var weeks = settled.Where(one => one.Joined)
            .Select(one => new AthleteWeek(one.Athlete, club.Sport, board.Week)).ToArray();
        var totals = await _ledger.TotalsAsync(weeks, term: null, cancellationToken);
        var wrong = new Dictionary<long, string>();
        foreach (var one in settled)
        {
            var isWritten = one.Joined
                && await switches.IsOnAsync(LaunchFeature.Clubs, LaunchPart.Writes, one.AthleteId);
            var right = Entry(isWritten
                ? totals.GetValueOrDefault(new AthleteWeek(one.Athlete, club.Sport, board.Week))
                : null);
            if (found[one.Athlete] != right)
            {
                wrong[one.Athlete] = $"{one.AthleteId} has {found[one.Athlete]} and not {right}";
            }
        }

        return wrong;
    }

    private static string Entry(ClubTotals? totals) => string.Join('/', totals is null
        ? Enumerable.Repeat<object?>(null, 1 + ClubColumn.All.Count)
        : [totals.Serialize(), .. ClubColumn.All.Select(column => (object)column.ScoreOf(totals))]);

    /// <summary>Those that have no mark: what Redis was asked before must hold for them.</summary>
    private async Task<List<Membership>> SettledAsync(
        KnownClub club, IReadOnlyList<long> athletes, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT n.number, n.athlete_id, coalesce(m.joined, false)
            FROM unnest($2) AS t (athlete) JOIN athlete_number n ON n.number = t.athlete
            LEFT JOIN club_member m ON m.athlete = n.number AND m.club = $1
            WHERE NOT EXISTS (SELECT FROM club_dirty d WHERE d.athlete = n.number)
            """);
        command.Parameters.Add(new() { Value = club.Number });
        command.Parameters.Add(new() { Value = athletes });
        var settled = new List<Membership>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            settled.Add(new Membership(rows.GetInt64(0), rows.GetGuid(1), club.Number, club.Sport, rows.GetBoolean(2)));
        }

        return settled;
    }
}
