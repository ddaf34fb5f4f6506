using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;

namespace Strava.Leaderboards.Challenges;

/// <summary>A line of a board.</summary>
internal readonly record struct ChallengeLine(long Rank, long Athlete, long Standing, string Country);

/// <summary>A page, who asks, and how many there are.</summary>
internal sealed record ChallengePage(
    IReadOnlyList<ChallengeLine> Lines, (long Rank, long Standing)? Viewer, long Total, ChallengeCursor? Next);

/// <summary>
/// The last line that a reader has seen. Opaque to callers. Of an open board where it stood, so that what moves
/// meanwhile neither repeats nor hides anybody else; of a final one its place.
/// </summary>
/// <param name="Generation">0: of an open board.</param>
/// <param name="Standing">Of a final board: how many lines lie above and on it.</param>
/// <param name="ReachedAtTicks">Breaks ties of an open board.</param>
/// <param name="Athlete">Breaks ties of an open board.</param>
internal readonly record struct ChallengeCursor(int Generation, long Standing, long ReachedAtTicks, long Athlete)
{
    private const int Bytes = 28;

    public DateTime ReachedAt => new(ReachedAtTicks, DateTimeKind.Utc);

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt32BigEndian(bytes, Generation);
        BinaryPrimitives.WriteInt64BigEndian(bytes[4..], Standing);
        BinaryPrimitives.WriteInt64BigEndian(bytes[12..], ReachedAtTicks);
        BinaryPrimitives.WriteInt64BigEndian(bytes[20..], Athlete);
        return Base64Url.EncodeToString(bytes);
    }

    public static ChallengeCursor? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done || length != Bytes)
        {
            return null;
        }

        var cursor = new ChallengeCursor(
            BinaryPrimitives.ReadInt32BigEndian(bytes),
            BinaryPrimitives.ReadInt64BigEndian(bytes[4..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[20..]));

        // Only what we would write ourselves is ours.
        return cursor.Generation >= 0
            && cursor.ReachedAtTicks >= 0 && cursor.ReachedAtTicks <= DateTime.MaxValue.Ticks
            && (cursor.Generation == 0
                ? cursor.Athlete > 0
                : cursor is { Standing: > 0, ReachedAtTicks: 0, Athlete: 0 })
            && cursor.ToString() == text
                ? cursor
                : null;
    }
}
