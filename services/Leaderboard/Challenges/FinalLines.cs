namespace Strava.Leaderboards.Challenges;

/// <summary>A line of a final board, without what its place says.</summary>
internal readonly record struct FinalLine(long Athlete, long Standing, string Country);

/// <summary>
/// Lines packed as varints of differences: some 8 bytes a line, against 185 of a row with its indexes. In the order of
/// standings or of athletes, whichever is written.
/// </summary>
internal static class FinalLines
{
    public static byte[] Encode(IReadOnlyList<FinalLine> lines)
    {
        using var bytes = new MemoryStream(lines.Count * 10);
        FinalLine last = default;
        foreach (var line in lines)
        {
            Write(bytes, Zigzag(line.Athlete - last.Athlete));
            Write(bytes, Zigzag(line.Standing - last.Standing));
            Write(
                bytes,
                line.Country.Length == 0 ? 0 : (ulong)(1 + ((line.Country[0] - 'A') * 26) + line.Country[1] - 'A'));
            last = line;
        }

        return bytes.ToArray();
    }

    public static List<FinalLine> Decode(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<FinalLine>();
        FinalLine last = default;
        for (var at = 0; at < bytes.Length;)
        {
            var (athlete, standing, country) = (
                Unzigzag(Read(bytes, ref at)), Unzigzag(Read(bytes, ref at)), (int)Read(bytes, ref at) - 1);
            last = new FinalLine(
                last.Athlete + athlete,
                last.Standing + standing,
                country < 0 ? "" : new string([(char)('A' + (country / 26)), (char)('A' + (country % 26))]));
            lines.Add(last);
        }

        return lines;
    }

    private static ulong Zigzag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private static long Unzigzag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    private static void Write(MemoryStream bytes, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            bytes.WriteByte((byte)(value | 0x80));
        }

        bytes.WriteByte((byte)value);
    }

    private static ulong Read(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
