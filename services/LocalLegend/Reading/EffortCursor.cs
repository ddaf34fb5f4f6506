using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;

namespace Strava.LocalLegends.Reading;

/// <summary>
/// The last line that a reader has seen, where it stood: what moves meanwhile neither repeats nor hides another.
/// Opaque to callers.
/// </summary>
/// <param name="ElapsedMs">0 in a list by time of day.</param>
/// <param name="StartedAtTicks">UTC.</param>
/// <param name="Id">The athlete, or in a list of one's own the activity.</param>
internal readonly record struct EffortCursor(int ElapsedMs, long StartedAtTicks, Guid Id)
{
    private const int Bytes = 28;

    /// <summary>Before every line of a board.</summary>
    public static EffortCursor First { get; } = new(-1, 0, Guid.Empty);

    public DateTime StartedAt => new(StartedAtTicks, DateTimeKind.Utc);

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt32BigEndian(bytes, ElapsedMs);
        BinaryPrimitives.WriteInt64BigEndian(bytes[4..], StartedAtTicks);
        Id.TryWriteBytes(bytes[12..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    /// <returns><c>null</c> for what we would not write ourselves.</returns>
    public static EffortCursor? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done || length != Bytes)
        {
            return null;
        }

        var cursor = new EffortCursor(
            BinaryPrimitives.ReadInt32BigEndian(bytes),
            BinaryPrimitives.ReadInt64BigEndian(bytes[4..]),
            new Guid(bytes[12..], bigEndian: true));
        return cursor.ElapsedMs >= 0
            && cursor.StartedAtTicks > 0 && cursor.StartedAtTicks <= DateTime.MaxValue.Ticks
            && cursor.Id != Guid.Empty
            && cursor.ToString() == text
                ? cursor
                : null;
    }
}
