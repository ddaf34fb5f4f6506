using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Clubs;

/// <summary>
/// The last line that a reader has seen, of which week and column. Opaque to callers: at the turn of the week who reads
/// on stays in the week that was begun.
/// </summary>
internal readonly record struct ClubCursor(ClubColumn Column, DateOnly Monday, long Score, long Athlete)
{
    private const int Bytes = 1 + sizeof(int) + sizeof(long) + sizeof(long);
    private const long MaxScore = (1L << 53) - 1;

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        bytes[0] = (byte)ClubColumn.All.ToList().IndexOf(Column);
        BinaryPrimitives.WriteInt32BigEndian(bytes[1..], Monday.DayNumber);
        BinaryPrimitives.WriteInt64BigEndian(bytes[5..], Score);
        BoardMember.Encode(Athlete).CopyTo(bytes[13..]);
        return Base64Url.EncodeToString(bytes);
    }

    public static ClubCursor? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done || length != Bytes
            || bytes[0] >= ClubColumn.All.Count)
        {
            return null;
        }

        var (day, score, athlete) = (
            BinaryPrimitives.ReadInt32BigEndian(bytes[1..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[5..]),
            BoardMember.Decode(bytes[13..]));
        if (day < 0 || day > DateOnly.MaxValue.DayNumber || score is < -MaxScore or > MaxScore || athlete <= 0
            || DateOnly.FromDayNumber(day) is not { DayOfWeek: DayOfWeek.Monday } monday || !Window.Spans(monday))
        {
            return null;
        }

        // The decoder passes over blanks: only what we would write ourselves is ours.
        var cursor = new ClubCursor(ClubColumn.All[bytes[0]], monday, score, athlete);
        return cursor.ToString() == text ? cursor : null;
    }
}
