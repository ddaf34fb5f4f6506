using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;

namespace Strava.Feeds.Timelines;

/// <summary>
/// The last line that a reader has seen; the next page begins after it, whatever was added above meanwhile. Opaque to
/// callers. The id breaks ties, so that activities with the same start are neither repeated nor skipped.
/// </summary>
internal readonly record struct FeedCursor(DateTimeOffset StartedAt, Guid ActivityId)
{
    private const int Bytes = 24;

    /// <summary>Newer than everything; reads as <c>infinity</c> in Postgres.</summary>
    public static FeedCursor Start { get; } = new(DateTimeOffset.MaxValue, Guid.AllBitsSet);

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, StartedAt.UtcTicks);
        ActivityId.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryRead(string text, out FeedCursor cursor)
    {
        cursor = default;
        Span<byte> bytes = stackalloc byte[Bytes];
        // By status: the decoder that throws also refuses some of what IsValid calls valid (blanks, padding).
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done || length != Bytes)
        {
            return false;
        }

        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (ticks < 0 || ticks > DateTimeOffset.MaxValue.Ticks)
        {
            return false;
        }

        cursor = new FeedCursor(new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(bytes[8..], bigEndian: true));

        // The decoder passes over blanks: only what we would write ourselves is ours.
        return cursor.ToString() == text;
    }
}
