using System.Buffers.Binary;

namespace Strava.Leaderboards.Boards;

/// <summary>
/// A total as one integer that a double holds exactly: centimetres * 2^16 + activities, below 2^53. Sorted by it, the
/// longer distance comes first, then the greater number of activities. Both parts saturate (1.3 million km, 65,535
/// activities) instead of overflowing.
/// </summary>
internal readonly record struct BoardScore(long Centimeters, int Activities)
{
    public const int CountBits = 16;
    private const long MaxCentimeters = (1L << (53 - CountBits)) - 1;
    private const int MaxActivities = (1 << CountBits) - 1;

    /// <summary>Zero means: no entry. An athlete without a whole centimetre is not on a board of distances.</summary>
    public long Packed => Centimeters == 0 ? 0 : (Centimeters << CountBits) | (uint)Activities;

    public double DistanceMeters => Centimeters / 100.0;

    /// <summary>
    /// The millimetres are summed first and floored to centimetres once, so that no activity loses a part of its own.
    /// </summary>
    public static BoardScore FromTotals(long distanceMillimeters, long activities) => new(
        Math.Clamp(distanceMillimeters / 10, 0, MaxCentimeters), (int)Math.Clamp(activities, 0, MaxActivities));

    public static BoardScore Unpack(long packed) => new(packed >> CountBits, (int)(packed & MaxActivities));
}

/// <summary>An athlete's number as a member: 8 bytes, big-endian, so that equal scores are listed by number.</summary>
internal static class BoardMember
{
    public static byte[] Encode(long athlete)
    {
        var member = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(member, athlete);
        return member;
    }

    public static long Decode(ReadOnlySpan<byte> member) => BinaryPrimitives.ReadInt64BigEndian(member);
}
