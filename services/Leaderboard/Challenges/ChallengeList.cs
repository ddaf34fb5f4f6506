using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using Npgsql;
using Strava.Contracts.Sports;

namespace Strava.Leaderboards.Challenges;

/// <summary>Which challenges are wanted.</summary>
/// <param name="IsFinal"><c>null</c>: whether final or not.</param>
/// <param name="Sport"><c>null</c>: any.</param>
/// <param name="Joined"><c>null</c>: whether the caller takes part or not.</param>
/// <param name="After">From there on, if anywhere.</param>
internal sealed record ChallengesWanted(bool? IsFinal, Sport? Sport, bool? Joined, ChallengesCursor? After);

/// <summary>The last challenge that a reader has seen. Opaque to callers.</summary>
internal readonly record struct ChallengesCursor(DateOnly EndsOn, int Number)
{
    private const int Bytes = 2 * sizeof(int);

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt32BigEndian(bytes, EndsOn.DayNumber);
        BinaryPrimitives.WriteInt32BigEndian(bytes[sizeof(int)..], Number);
        return Base64Url.EncodeToString(bytes);
    }

    public static ChallengesCursor? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done || length != Bytes)
        {
            return null;
        }

        var (day, number) = (
            BinaryPrimitives.ReadInt32BigEndian(bytes), BinaryPrimitives.ReadInt32BigEndian(bytes[sizeof(int)..]));
        if (day < 0 || day > DateOnly.MaxValue.DayNumber || number <= 0)
        {
            return null;
        }

        // The decoder passes over blanks: only what we would write ourselves is ours.
        var cursor = new ChallengesCursor(DateOnly.FromDayNumber(day), number);
        return cursor.ToString() == text ? cursor : null;
    }
}

/// <summary>
/// Challenges by their last day. A page costs O(log N) and its lines, whatever is asked for and however deep the
/// cursor; the caller's own cost those that the caller is in.
/// </summary>
internal static class ChallengeList
{
    public static async Task<List<ChallengeRow>> ReadAsync(
        NpgsqlDataSource database,
        Guid caller,
        ChallengesWanted wanted,
        (long Offset, int Size) lines,
        CancellationToken cancellationToken)
    {
        await using var command = Command(database, caller, wanted, lines);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var challenges = new List<ChallengeRow>();
        while (await rows.ReadAsync(cancellationToken))
        {
            challenges.Add(ChallengeRow.Read(rows));
        }

        return challenges;
    }

    internal static NpgsqlCommand Command(
        NpgsqlDataSource database, Guid caller, ChallengesWanted wanted, (long Offset, int Size) lines)
    {
        // Final and others are a range each: both, merged, where both are wanted.
        bool[] states = wanted.IsFinal is { } one ? [one] : [false, true];
        var ranges = string.Join(" UNION ALL ", states.Select(isFinal => $"({RangeOf(isFinal, wanted.Joined)})"));
        var command = database.CreateCommand(
            $"""
            WITH mine AS MATERIALIZED (
                SELECT p.challenge FROM challenge_participant p JOIN athlete_number n ON n.number = p.athlete
                WHERE n.athlete_id = $1)
            SELECT {ChallengeRow.Columns} FROM ({ranges}) AS r JOIN challenge c ON c.number = r.challenge
            ORDER BY r.ends_on, r.challenge OFFSET $5 LIMIT $6
            """);
        command.Parameters.Add(new() { Value = caller });
        command.Parameters.Add(new() { Value = (short)(wanted.Sport ?? 0) });
        command.Parameters.Add(new() { Value = wanted.After?.EndsOn ?? DateOnly.MinValue });
        command.Parameters.Add(new() { Value = wanted.After?.Number ?? 0 });
        command.Parameters.Add(new() { Value = lines.Offset });
        command.Parameters.Add(new() { Value = (long)lines.Size });
        return command;
    }

    // Who is in few challenges looks them up; else the key is walked past those few.
    private static string RangeOf(bool isFinal, bool? joined) => joined is true
        ? $"""
            SELECT o.ends_on, o.number AS challenge FROM mine JOIN challenge o ON o.number = mine.challenge
            WHERE (o.state = 3) = {isFinal} AND ($2 = 0 OR $2 = ANY (o.sports)) AND (o.ends_on, o.number) > ($3, $4)
            """
        : $"""
            SELECT l.ends_on, l.challenge FROM challenge_listed l
            WHERE l.sport = $2 AND l.final = {isFinal} AND (l.ends_on, l.challenge) > ($3, $4)
                {(joined is false ? "AND NOT EXISTS (SELECT FROM mine WHERE mine.challenge = l.challenge)" : "")}
            ORDER BY l.ends_on, l.challenge LIMIT $5 + $6
            """;
}
