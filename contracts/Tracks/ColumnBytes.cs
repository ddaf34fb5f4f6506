using System.Buffers;

namespace Strava.Contracts.Tracks;

internal sealed class ColumnWriter(int expectedBytes)
{
    private readonly ArrayBufferWriter<byte> _bytes = new(expectedBytes);

    internal void Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    internal void Varint(ulong value)
    {
        var span = _bytes.GetSpan(10);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[length++] = (byte)(value | 0x80);
        }

        span[length++] = (byte)value;
        _bytes.Advance(length);
    }

    internal void Zigzag(long value) => Varint((ulong)((value << 1) ^ (value >> 63)));

    internal void Bits(long?[] values)
    {
        var span = _bytes.GetSpan((values.Length + 7) / 8)[..((values.Length + 7) / 8)];
        span.Clear();
        for (var index = 0; index < values.Length; index++)
        {
            span[index / 8] |= (byte)((values[index] is null ? 0 : 1) << (index % 8));
        }

        _bytes.Advance(span.Length);
    }

    internal byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}

internal ref struct ColumnReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    internal byte Byte() => Take(1)[0];

    internal ReadOnlySpan<byte> Take(int count)
    {
        if (_rest.Length < count)
        {
            throw new PointCodecException("The bytes end too early.");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    internal ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new PointCodecException("A number takes more than ten bytes.");
    }

    internal long Zigzag()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    internal readonly void End()
    {
        if (!_rest.IsEmpty)
        {
            throw new PointCodecException($"{_rest.Length} bytes follow the last column.");
        }
    }
}
