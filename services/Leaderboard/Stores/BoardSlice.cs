using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Stores;

/// <summary>What of a board is wanted: the lines of a page, and lines around the viewer.</summary>
/// <param name="Size">Lines, at most.</param>
/// <param name="Start">Lines above the page; not looked at with <paramref name="After"/>.</param>
/// <param name="After">The page begins below this line, whatever has moved meanwhile.</param>
/// <param name="Neighbours">How many lines above the viewer's, and as many below.</param>
internal sealed record BoardSlice(int Size, long Start = 0, BoardCursor? After = null, int Neighbours = 0)
{
    public bool IsFirstPage => Start == 0 && After is null;
}

/// <summary>
/// The last line that a reader has seen. Opaque to callers. The member breaks ties, so that equal lines are neither
/// repeated nor skipped; a line that has moved since is no longer needed to go on from here.
/// </summary>
internal readonly record struct BoardCursor(long Score, long Athlete)
{
    private const int Bytes = 16;
    private const long MaxScore = (1L << 53) - 1;

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Score);
        BoardMember.Encode(Athlete).CopyTo(bytes[8..]);
        return Base64Url.EncodeToString(bytes);
    }

    public static BoardCursor? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        // By status: the decoder that throws also refuses some of what IsValid calls valid (blanks, padding).
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done || length != Bytes)
        {
            return null;
        }

        var cursor = new BoardCursor(BinaryPrimitives.ReadInt64BigEndian(bytes), BoardMember.Decode(bytes[8..]));

        // The decoder passes over blanks: only what we would write ourselves is ours.
        return cursor is { Score: > 0 and <= MaxScore, Athlete: > 0 } && cursor.ToString() == text ? cursor : null;
    }
}
