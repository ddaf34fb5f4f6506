using System.Buffers;

namespace Strava.Contracts.Tracks;

/// <summary>How likely a 0 is, learnt from the bits before: quickly at first, then slowly.</summary>
internal struct BitModel
{
    private const ushort Least = 32;
    private const byte Slowest = 6;

    private ushort _zero;
    private byte _seen;

    /// <summary>Probability of a 0, in 1/65536, never 0 and never 1.</summary>
    public readonly uint Zero => _zero == 0 ? 1u << 15 : _zero;

    public void Learn(int bit)
    {
        var zero = (int)Zero;
        // 1/2, 1/3 (as 2/8 + 1/16), ... of the way: shifts that follow 1 / (seen + 1.5) closely enough.
        var shift = _seen switch { 0 => 1, 1 or 2 => 2, < 7 => 3, < 15 => 4, < 31 => 5, _ => Slowest };
        zero += ((bit == 0 ? 65_536 : 0) - zero) >> shift;
        _zero = (ushort)Math.Clamp(zero, Least, 65_536 - Least);
        if (_seen < 31)
        {
            _seen++;
        }
    }
}

/// <summary>
/// A binary arithmetic coder in either direction, so that one description of the data serves both: encoding takes the
/// value and gives it back, decoding gives it whatever was passed.
/// </summary>
internal interface IBitCoder
{
    /// <summary>One bit at the cost of its surprise.</summary>
    public int Bit(ref BitModel model, int bit);

    /// <summary>The lowest <paramref name="count"/> bits at the cost of one bit each.</summary>
    public ulong Bits(ulong bits, int count);
}

// A struct for each direction: the walk over the points is then compiled for it, and no bit costs a call through an
// interface.
internal readonly struct BitWriter(RangeEncoder coder) : IBitCoder
{
    public int Bit(ref BitModel model, int bit) => coder.Bit(ref model, bit);

    public ulong Bits(ulong bits, int count) => coder.Bits(bits, count);
}

internal readonly struct BitReader(RangeDecoder coder) : IBitCoder
{
    public int Bit(ref BitModel model, int bit) => coder.Bit(ref model);

    public ulong Bits(ulong bits, int count) => coder.Bits(count);
}

/// <summary>
/// Range coder with carry (G. N. N. Martin 1979; the byte-wise carry of Schindler's and LZMA's coders), writing.
/// </summary>
internal sealed class RangeEncoder(int expectedBytes)
{
    private const uint Top = 1u << 24;

    private readonly ArrayBufferWriter<byte> _bytes = new(expectedBytes);
    private ulong _low;
    private uint _range = uint.MaxValue;
    private byte _pending;
    private long _pendingCount = 1;

    public int Bit(ref BitModel model, int bit)
    {
        var bound = (_range >> 16) * model.Zero;
        if (bit == 0)
        {
            _range = bound;
        }
        else
        {
            _low += bound;
            _range -= bound;
        }

        model.Learn(bit);
        Normalise();
        return bit;
    }

    public ulong Bits(ulong bits, int count)
    {
        for (var i = count - 1; i >= 0; i--)
        {
            _range >>= 1;
            _low += _range & (0 - (uint)((bits >> i) & 1));
            Normalise();
        }

        return bits;
    }

    /// <summary>
    /// Ends it. The decoder then stands exactly at the end with nothing left over, which is how damage shows.
    /// </summary>
    public ReadOnlySpan<byte> End()
    {
        for (var i = 0; i < 5; i++)
        {
            ShiftLow();
        }

        return _bytes.WrittenSpan[1..];
    }

    private void Normalise()
    {
        while (_range < Top)
        {
            _range <<= 8;
            ShiftLow();
        }
    }

    // A byte leaves when no carry can reach it any more; the very first is always 0, so that End leaves it out.
    private void ShiftLow()
    {
        if (_low < 0xFF00_0000UL || _low > uint.MaxValue)
        {
            var carry = (byte)(_low >> 32);
            for (; _pendingCount > 0; _pendingCount--)
            {
                Write((byte)(_pending + carry));
                _pending = 0xFF;
            }

            _pending = (byte)(_low >> 24);
        }

        _pendingCount++;
        _low = (_low & 0x00FF_FFFF) << 8;
    }

    private void Write(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }
}

/// <summary>The same, reading. Never reads past the end, whatever the bytes are.</summary>
internal sealed class RangeDecoder
{
    private const uint Top = 1u << 24;

    private readonly byte[] _bytes;
    private int _next;
    private uint _range = uint.MaxValue;
    private uint _code;

    /// <exception cref="PointCodecException">Cut off.</exception>
    public RangeDecoder(byte[] bytes)
    {
        _bytes = bytes;
        for (var i = 0; i < 4; i++)
        {
            _code = (_code << 8) | Next();
        }
    }

    public int Bit(ref BitModel model)
    {
        var bound = (_range >> 16) * model.Zero;
        var bit = _code < bound ? 0 : 1;
        if (bit == 0)
        {
            _range = bound;
        }
        else
        {
            _code -= bound;
            _range -= bound;
        }

        model.Learn(bit);
        Normalise();
        return bit;
    }

    public ulong Bits(int count)
    {
        var bits = 0UL;
        for (var i = 0; i < count; i++)
        {
            _range >>= 1;
            var bit = _code >= _range ? 1u : 0;
            _code -= _range & (0 - bit);
            bits = (bits << 1) | bit;
            Normalise();
        }

        return bits;
    }

    /// <exception cref="PointCodecException">Bytes are left over, or the last ones are not those that the encoder
    /// wrote.</exception>
    public void End()
    {
        if (_next != _bytes.Length || _code != 0)
        {
            throw new PointCodecException("The points do not end where their bytes end.");
        }
    }

    private void Normalise()
    {
        while (_range < Top)
        {
            _range <<= 8;
            _code = (_code << 8) | Next();
        }
    }

    private byte Next() =>
        _next < _bytes.Length ? _bytes[_next++] : throw new PointCodecException("The bytes end too early.");
}
